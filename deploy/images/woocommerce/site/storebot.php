<?php
/**
 * Plugin Name: storebot
 * Description: What a shop on storebot needs of WordPress: its name shown as typed, no outgoing connections, no mail without a mail server.
 *
 * Loaded in every request, so it only adds and removes filters. The texts of the shop are nobody's
 * business here.
 */

defined('ABSPATH') || exit;

// Texts appear as they were typed, the name of the shop above all: no curly quotes, dashes or capital P.
add_filter('run_wptexturize', '__return_false');
foreach (['the_content', 'the_title', 'wp_title', 'document_title'] as $hook) {
    remove_filter($hook, 'capital_P_dangit', 11);
}

// Emoji as the reader's system draws them, not as pictures from WordPress' servers.
remove_action('wp_head', 'print_emoji_detection_script', 7);
remove_action('admin_print_scripts', 'print_emoji_detection_script');
remove_action('wp_print_styles', 'print_emoji_styles');
remove_action('admin_print_styles', 'print_emoji_styles');
remove_filter('wp_mail', 'wp_staticize_emoji_for_email');
remove_filter('the_content_feed', 'wp_staticize_emoji');
remove_filter('comment_text_rss', 'wp_staticize_emoji');
add_filter('emoji_svg_url', '__return_false');

// The shop cannot reach its own public address either; store-cron does what WordPress would ask itself for.
add_filter('block_local_requests', '__return_true');
add_filter('action_scheduler_allow_async_request_runner', '__return_false');
add_filter('woocommerce_allow_marketplace_suggestions', '__return_false');

// Boxes that could only tell of errors: they show what WordPress' servers have to say.
add_action('wp_dashboard_setup', static function (): void {
    remove_meta_box('dashboard_primary', 'dashboard', 'side');
    remove_meta_box('dashboard_site_health', 'dashboard', 'normal');
});

// Apache has the rules for pretty addresses in its configuration: no .htaccess, no mod_rewrite.
add_filter('got_rewrite', '__return_false');
add_filter('got_url_rewrite', '__return_true');

// There is no mail server yet. Saying so at once is better than a program that fails, and WordPress tells
// the person who asked for the mail. The line names no address: logs are not the place for customers.
add_filter('pre_wp_mail', static function ($handled, array $mail) {
    if ($handled === null) {
        error_log('mail not sent, this shop has no mail server: ' . $mail['subject']);
        $handled = false;
    }

    return $handled;
}, 20, 2);

// The test orders of store-verify are nobody's news.
foreach (['new_order', 'cancelled_order', 'customer_processing_order', 'customer_cancelled_order'] as $id) {
    add_filter("woocommerce_email_enabled_$id", static function ($enabled, $order) {
        return $enabled && !($order instanceof WC_Order && $order->get_billing_email() === 'test-order@storebot.invalid');
    }, 10, 2);
}
