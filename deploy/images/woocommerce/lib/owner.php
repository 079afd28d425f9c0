<?php
/**
 * Makes nobody's shop the store's own. Only statements, no WordPress: this is on the way of every store to
 * "ready". What the owner changes later is never touched again, except the address when the store moves.
 */

declare(strict_types=1);

namespace Storebot;

final class Owner
{
    private function __construct(
        public readonly string $id,
        public readonly string $url,
        private readonly string $title,
        private readonly string $user,
        private readonly string $email,
        private readonly string $password_hash,
        private readonly string $country,
        /** @var array<string, string> options that follow from country and currency */
        private readonly array $formats,
    ) {
    }

    public static function from_environment(Places $places): self
    {
        $currency = environment('STORE_CURRENCY');
        $place = environment('STORE_COUNTRY');
        $places->check_currency($currency);
        $places->check_country($place);

        return new self(
            id: environment('STORE_ID'),
            url: rtrim(environment('STORE_URL'), '/'),
            title: environment('STORE_TITLE'),
            user: environment('ADMIN_USER'),
            email: environment('ADMIN_EMAIL'),
            password_hash: self::hash(environment('ADMIN_PASSWORD')),
            country: $place,
            formats: $places->formats(explode(':', $place)[0], $currency),
        );
    }

    /** WordPress' own format; at the next login WordPress hashes again with the cost it prefers. */
    private static function hash(string $password): string
    {
        $digest = base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));

        return '$wp' . password_hash($digest, PASSWORD_BCRYPT, ['cost' => 10]);
    }

    /** Inside a transaction. */
    public function take(Database $db): void
    {
        $this->options($db);
        $this->administrator($db);
        $this->prices($db);
        self::replace_address($db, NOBODYS_URL, $this->url);
        // WooCommerce makes these anew from the name and address of the shop.
        $db->run("DELETE FROM wp_options WHERE option_name IN ('woocommerce_paypal_settings', 'woocommerce_pos_store_email', 'woocommerce_pos_store_name')");
        $db->run("DELETE FROM wp_options WHERE option_name LIKE '\\_transient\\_%' OR option_name LIKE '\\_site\\_transient\\_%'");
    }

    /** The store has a new address. An address that the owner chose stays. */
    public function move(Database $db, string $from): void
    {
        $db->run("UPDATE wp_options SET option_value = ? WHERE option_name IN ('siteurl', 'home') AND option_value = ?", [$this->url, $from]);
        self::replace_address($db, $from, $this->url);
    }

    private function options(Database $db): void
    {
        // WordPress keeps names escaped and prints them as they are. It escapes an entity that was typed
        // only in part; all of it must be, or "&lt;" would be read as "<".
        $title = htmlspecialchars($this->title, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8', true);
        $options = $this->formats + [
            'siteurl' => $this->url,
            'home' => $this->url,
            'blogname' => $title,
            'admin_email' => $this->email,
            'new_admin_email' => $this->email,
            'woocommerce_email_from_name' => $title,
            'woocommerce_email_from_address' => $this->email,
            'woocommerce_stock_email_recipient' => $this->email,
            'woocommerce_default_country' => $this->country,
            'woocommerce_store_id' => self::uuid(),
            'woocommerce_admin_install_timestamp' => (string) time(),
        ];
        foreach ($options as $name => $value) {
            $db->set_option($name, $value);
        }
    }

    private function administrator(Database $db): void
    {
        $slug = trim((string) preg_replace('/[^a-z0-9]+/', '-', strtolower($this->user)), '-');
        $db->run(
            "UPDATE wp_users SET user_login = ?, user_nicename = ?, display_name = ?, user_email = ?, user_pass = ?,
             user_url = ?, user_registered = UTC_TIMESTAMP(), user_activation_key = '' WHERE ID = 1",
            [$this->user, substr($slug, 0, 50), $this->user, $this->email, $this->password_hash, $this->url],
        );
        $db->run("UPDATE wp_usermeta SET meta_value = ? WHERE user_id = 1 AND meta_key = 'nickname'", [$this->user]);
        $db->run("DELETE FROM wp_usermeta WHERE user_id = 1 AND meta_key = 'session_tokens'");
    }

    /** Sample prices are made for money with cents: 19.90 becomes 1990 where there are none. */
    private function prices(Database $db): void
    {
        if ($this->formats['woocommerce_price_num_decimals'] !== '0') {
            return;
        }
        $db->run("UPDATE wp_postmeta SET meta_value = ROUND(meta_value * 100) WHERE meta_key IN ('_price', '_regular_price') AND meta_value <> ''");
        $db->run('UPDATE wp_wc_product_meta_lookup SET min_price = min_price * 100, max_price = max_price * 100');
        $rates = $db->run("SELECT option_name, option_value FROM wp_options WHERE option_name LIKE 'woocommerce\\_flat\\_rate\\_%\\_settings'");
        foreach ($rates as ['option_name' => $name, 'option_value' => $settings]) {
            $settings = unserialize($settings, ['allowed_classes' => false]);
            $settings['cost'] = (string) round((float) $settings['cost'] * 100);
            $db->set_option($name, serialize($settings));
        }
    }

    /** Only where an address stands as plain text; the rest of the database does not hold it. */
    private static function replace_address(Database $db, string $from, string $to): void
    {
        foreach (['guid', 'post_content'] as $column) {
            $db->run("UPDATE wp_posts SET $column = REPLACE($column, ?, ?) WHERE INSTR($column, ?)", [$from, $to, $from]);
        }
    }

    private static function uuid(): string
    {
        $bytes = random_bytes(16);
        $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40);
        $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);

        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
    }
}
