<?php
/**
 * First half of the setup's step 1, with WordPress but without WooCommerce: WordPress' own tables.
 *
 * usage: php core.php install|upgrade
 */

declare(strict_types=1);

namespace {
    require __DIR__ . '/before.php';

    define('WP_INSTALLING', true);
    // Also what WordPress writes down as the address of the shop.
    define('WP_SITEURL', getenv('STORE_URL'));
    $step = $argv[1];
    require '/var/www/html/wp-load.php';

    /** WordPress would write a mail to an owner who does not exist. */
    function wp_new_blog_notification(): void
    {
    }

    /** Instead of WordPress' first post, comment and page: only the category that posts must have. */
    function wp_install_defaults(): void
    {
        wp_insert_term(__('Uncategorized'), 'category');
    }

    require ABSPATH . 'wp-admin/includes/upgrade.php';
    $step === 'install' ? \Storebot\install() : wp_upgrade();
    \Storebot\finished();
}

namespace Storebot {
    /** Safe to repeat: WordPress makes what is missing, and the options are nobody's yet. */
    function install(): void
    {
        wp_install('Shop', 'nobody', 'nobody@shop.invalid', true, '', wp_generate_password(40));
        $options = [
            'siteurl' => WP_SITEURL,
            'home' => WP_SITEURL,
            'blogdescription' => '',
            'permalink_structure' => '/%postname%/',
            'template' => 'twentytwentyfive',
            'stylesheet' => 'storebot',
            // Texts appear as typed: no pictures for ":)".
            'use_smilies' => 0,
            // Pictures of people would be asked for at somebody else's server.
            'show_avatars' => 0,
            'default_comment_status' => 'closed',
            'default_ping_status' => 'closed',
            // These must be there when WooCommerce is loaded for the first time: it makes its tables then,
            // and would hide the shop behind "coming soon" at the first look at the dashboard.
            'woocommerce_coming_soon' => 'no',
            'woocommerce_custom_orders_table_enabled' => 'yes',
            'woocommerce_custom_orders_table_data_sync_enabled' => 'no',
            // An address in the plugin: else the setup puts a copy into its own uploads, which no shop sees.
            'woocommerce_placeholder_image' => '/wp-content/plugins/woocommerce/assets/images/placeholder.webp',
            'active_plugins' => ['woocommerce/woocommerce.php'],
        ];
        foreach ($options as $name => $value) {
            update_option($name, $value);
        }
    }
}
