<?php
/** At the build of the image: prints what places.php reads, as WooCommerce has it. */

declare(strict_types=1);

namespace Storebot;

require __DIR__ . '/before.php';
require '/var/www/html/wp-load.php';

$currencies = [];
foreach (array_keys(get_woocommerce_currencies()) as $code) {
    $format = new \NumberFormatter("en@currency=$code", \NumberFormatter::CURRENCY);
    $currencies[$code] = $format->getAttribute(\NumberFormatter::FRACTION_DIGITS);
}
$countries = [];
foreach (array_keys(WC()->countries->get_countries()) as $country) {
    $countries[$country] = array_map('strval', array_keys(WC()->countries->get_states($country) ?: []));
}
$formats = [];
$wanted = array_flip(['currency_code', 'currency_pos', 'thousand_sep', 'decimal_sep', 'num_decimals', 'weight_unit', 'dimension_unit']);
foreach (include WC()->plugin_path() . '/i18n/locale-info.php' as $country => $info) {
    $formats[$country] = array_intersect_key($info, $wanted);
}

echo json_encode(['countries' => $countries, 'currencies' => $currencies, 'formats' => $formats], JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
finished();
