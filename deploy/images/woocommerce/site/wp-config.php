<?php
/**
 * WordPress' configuration, from the environment. The names are those of the official WordPress image.
 * The address of the shop is not here but in the database, so that it can change without a new pod.
 */

$environment = static function (string $name, string $default = ''): string {
    $value = getenv("WORDPRESS_$name");

    return $value === false ? $default : $value;
};

define('DB_NAME', $environment('DB_NAME'));
define('DB_USER', $environment('DB_USER'));
define('DB_PASSWORD', $environment('DB_PASSWORD'));
define('DB_HOST', $environment('DB_HOST'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", $environment("{$name}_KEY"));
    define("{$name}_SALT", $environment("{$name}_SALT"));
}

// TLS ends at the ingress.
if (str_contains($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '', 'https')) {
    $_SERVER['HTTPS'] = 'on';
}

// The code belongs to the image: neither updates nor plugins from the dashboard.
define('DISALLOW_FILE_MODS', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
// WordPress finds out how to write files by writing into wp-content, which cannot be written to; it would
// go on with FTP, and WooCommerce's log would end in a fatal error.
define('FS_METHOD', 'direct');
// store-cron asks for wp-cron.php once a minute.
define('DISABLE_WP_CRON', true);
// There is no way out of a store's namespace: fail at once instead of waiting.
define('WP_HTTP_BLOCK_EXTERNAL', true);

define('WP_DEBUG', $environment('DEBUG') !== '');
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', false);
define('WP_MEMORY_LIMIT', '128M');
define('WP_MAX_MEMORY_LIMIT', '256M');
define('WP_POST_REVISIONS', 10);

defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
