<?php
/**
 * store-verify: the proof that a stranger can buy. Waits for the setup of STORE_REVISION, orders a product
 * over HTTP through STORE_SERVICE under the shop's public address, compares what WooCommerce has written
 * down, and takes the order back: stock, sales figures and the customer included.
 *
 * WordPress is loaded here only to look at the order and to remove it, while the shop gets ready.
 */

declare(strict_types=1);

namespace Storebot;

require __DIR__ . '/with-wordpress/before.php';
require __DIR__ . '/database.php';
require __DIR__ . '/customer.php';

$deadline = attempt(static function (): float {
    $deadline = deadline();
    $revision = environment('STORE_REVISION');
    $db = Database::wait($deadline);
    wait_for(
        $deadline,
        static fn () => $db->mark() === ['software' => software(), 'revision' => $revision] ? true : null,
        static fn () => "The setup of revision $revision did not come to its end in time.",
    );

    return $deadline;
});
require '/var/www/html/wp-load.php';
finished();

program(static function () use ($deadline): void {
    $customer = new Customer(environment('STORE_SERVICE'), environment('STORE_URL'));
    $customer->wait($deadline);
    remove_test_orders();

    $start = microtime(true);
    $placed = $customer->order(address());
    $seconds = round(microtime(true) - $start, 2);
    $placed_at = new \DateTimeImmutable('now', new \DateTimeZone('UTC'));
    $order = wc_get_order($placed['order_id']);
    $total = $order ? wc_format_decimal($order->get_total(), $placed['decimals']) : null;
    remove_test_orders();
    if ($total === null) {
        throw new Failure("The shop accepted order $placed[order_id] but does not have it.");
    }
    if ($total !== $placed['total']) {
        throw new Failure("Order $placed[order_id] was confirmed with $placed[total] but is written down with $total.");
    }
    report([
        'order' => (string) $placed['order_id'],
        'total' => "$total $placed[currency]",
        'placed_at' => $placed_at->format('Y-m-d\TH:i:s.v\Z'),
        'seconds' => $seconds,
    ]);
});

/** Also what an earlier run left behind when it was killed. */
function remove_test_orders(): void
{
    global $wpdb;

    foreach (wc_get_orders(['billing_email' => TEST_EMAIL, 'limit' => -1, 'status' => 'any']) as $order) {
        // Cancelling gives the stock back.
        $order->update_status('cancelled');
        $order->delete(true);
    }
    $wpdb->delete($wpdb->prefix . 'wc_customer_lookup', ['email' => TEST_EMAIL]);
}

/** In the country of the shop, in forms that WooCommerce accepts there. */
function address(): array
{
    $country = WC()->countries->get_base_country();
    $shapes = ['10115', '1010', '101', '101 15', '1011 AB', 'SW1A 1AA', 'K1A 0B1', '100-0001', '1000-001', '10115-000', '101000', 'D02 AF30', 'AB10 1AB', 'MD-2001', 'LV-1010'];
    $postcode = '';
    foreach ($shapes as $shape) {
        if (\WC_Validation::is_postcode($shape, $country)) {
            $postcode = $shape;
            break;
        }
    }

    return [
        'first_name' => 'Test',
        'last_name' => 'Order',
        'company' => '',
        'address_1' => '1 Main Street',
        'address_2' => '',
        'city' => 'Capital',
        'state' => (string) (WC()->countries->get_base_state() ?: array_key_first(WC()->countries->get_states($country) ?: [])),
        'postcode' => $postcode,
        'country' => $country,
        'phone' => '030123456',
    ];
}

/** The last words of the Job's container, which storebot reads. */
function report(array $proof): void
{
    $json = json_encode($proof, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION);
    if (is_writable('/dev/termination-log')) {
        file_put_contents('/dev/termination-log', $json);
    }
    echo $json, "\n";
}
