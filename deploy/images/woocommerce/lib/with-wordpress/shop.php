<?php
/**
 * Second half of the setup's step 1, with WooCommerce: its tables and pages are made while it loads; what
 * a shop needs besides is made here.
 *
 * usage: php shop.php install|upgrade
 */

declare(strict_types=1);

namespace Storebot;

require __DIR__ . '/before.php';

$step = $argv[1];
require '/var/www/html/wp-load.php';
require __DIR__ . '/samples.php';

$step === 'install' ? install() : upgrade();
// The rules for pretty addresses, once: they would be made again in the first request otherwise.
flush_rewrite_rules(false);
finished();

/** Safe to repeat: what is there already is left alone. */
function install(): void
{
    \WC_Install::create_pages();
    // WooCommerce's choices for new shops, which it would make when somebody opens the dashboard.
    \WC_Install::newly_installed();
    foreach (options() as $name => $value) {
        update_option($name, $value);
    }
    make_delivery();
    make_samples();
}

/** WooCommerce has its upgrades done in the background; nobody shall buy in between. */
function upgrade(): void
{
    require_once WC_ABSPATH . 'includes/wc-update-functions.php';
    $from = (string) get_option('woocommerce_db_version');
    foreach (\WC_Install::get_db_update_callbacks() as $version => $steps) {
        if (version_compare($from, $version, '>=')) {
            continue;
        }
        foreach ($steps as $one) {
            run_upgrade($one);
        }
    }
    \WC_Install::update_db_version();
    WC()->queue()->cancel_all('woocommerce_run_update_callback');
    WC()->queue()->cancel_all('woocommerce_update_db_to_current_version');
}

/** A step that has done only a part of its work says so by returning true. */
function run_upgrade(string|array $step): void
{
    say('upgrade: ' . (is_array($step) ? implode('::', $step) : $step));
    while ($step() === true);
}

function options(): array
{
    return [
        'show_on_front' => 'page',
        'page_on_front' => (string) wc_get_page_id('shop'),
        'woocommerce_onboarding_profile' => ['skipped' => true],
        'woocommerce_task_list_hidden_lists' => ['setup', 'extended'],
        'woocommerce_show_marketplace_suggestions' => 'no',
        'woocommerce_allow_tracking' => 'no',
        'woocommerce_enable_guest_checkout' => 'yes',
        'woocommerce_cod_settings' => [
            'enabled' => 'yes',
            'title' => 'Cash on delivery',
            'description' => 'Pay when your order arrives.',
            'instructions' => 'Please have the amount ready in cash when your order arrives.',
            'enable_for_methods' => [],
            'enable_for_virtual' => 'yes',
        ],
    ];
}

/** A zone without places is everywhere. */
function make_delivery(): void
{
    $zone = null;
    foreach (\WC_Shipping_Zones::get_zones() as $known) {
        if ($known['zone_name'] === 'Everywhere') {
            $zone = new \WC_Shipping_Zone($known['id']);
        }
    }
    if ($zone === null) {
        $zone = new \WC_Shipping_Zone();
        $zone->set_zone_name('Everywhere');
        $zone->save();
    }
    if ($zone->get_shipping_methods() === []) {
        $id = $zone->add_shipping_method('flat_rate');
        update_option("woocommerce_flat_rate_{$id}_settings", ['title' => 'Delivery', 'tax_status' => 'taxable', 'cost' => '5.00']);
    }
}
