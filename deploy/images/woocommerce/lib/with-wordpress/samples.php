<?php
/**
 * The sample products. Their pictures come with the image and lie in uploads/samples of every shop, in
 * the sizes that bake.sh has drawn; the setup itself never sees the shop's uploads.
 */

declare(strict_types=1);

namespace Storebot;

/** Width and height of a picture, and of its smaller copies: WordPress' and WooCommerce's names. */
const PICTURE = 1200;
const PICTURE_SIZES = [
    'thumbnail' => 150,
    'medium' => 300,
    'medium_large' => 768,
    'large' => 1024,
    'woocommerce_thumbnail' => 300,
    'woocommerce_single' => 600,
    'woocommerce_gallery_thumbnail' => 100,
];

function samples(): array
{
    return [
        'mug' => [
            'name' => 'Stoneware mug',
            'price' => '19.90',
            'category' => 'Kitchen',
            'alt' => 'A blue stoneware mug with a white rim',
            'short' => 'Holds 350 ml and keeps it warm.',
            'text' => 'Thrown by hand and glazed in harbour blue. Fits under most coffee machines and into the dishwasher.',
        ],
        'tote' => [
            'name' => 'Canvas tote bag',
            'price' => '24.00',
            'category' => 'Bags',
            'alt' => 'A natural canvas bag with long handles and a green leaf',
            'short' => 'Carries a week of shopping, folds into a pocket.',
            'text' => 'Heavy organic cotton with long handles and one inside pocket for keys.',
        ],
        'notebook' => [
            'name' => 'Dotted notebook',
            'price' => '9.50',
            'category' => 'Paper',
            'alt' => 'A red notebook with an elastic band and a ribbon',
            'short' => '160 dotted pages that lie flat.',
            'text' => 'A5 with thread binding, an elastic band and a ribbon. The paper is heavy enough for a fountain pen.',
        ],
    ];
}

/** Safe to repeat: a product is known by its SKU. */
function make_samples(): void
{
    foreach (samples() as $key => $sample) {
        $sku = 'SAMPLE-' . strtoupper($key);
        if (wc_get_product_id_by_sku($sku) !== 0) {
            continue;
        }
        $product = new \WC_Product_Simple();
        $product->set_name($sample['name']);
        $product->set_sku($sku);
        $product->set_regular_price($sample['price']);
        $product->set_short_description($sample['short']);
        $product->set_description($sample['text']);
        $product->set_category_ids([category($sample['category'])]);
        $product->set_image_id(picture($key, $sample['alt']));
        $product->set_manage_stock(true);
        $product->set_stock_quantity(25);
        $product->save();
    }
}

function category(string $name): int
{
    $term = term_exists($name, 'product_cat') ?: wp_insert_term($name, 'product_cat');

    return (int) $term['term_id'];
}

function picture(string $key, string $alt): int
{
    $known = get_posts(['post_type' => 'attachment', 'name' => "sample-$key", 'post_status' => 'inherit', 'fields' => 'ids']);
    $id = $known[0] ?? wp_insert_attachment([
        'post_title' => $alt,
        'post_name' => "sample-$key",
        'post_mime_type' => 'image/png',
        'post_status' => 'inherit',
    ], "samples/$key.png");

    $sizes = [];
    foreach (PICTURE_SIZES as $name => $width) {
        $sizes[$name] = ['file' => "$key-{$width}x$width.png", 'width' => $width, 'height' => $width, 'mime-type' => 'image/png'];
    }
    wp_update_attachment_metadata($id, ['width' => PICTURE, 'height' => PICTURE, 'file' => "samples/$key.png", 'sizes' => $sizes]);
    update_post_meta($id, '_wp_attachment_image_alt', $alt);

    return $id;
}
