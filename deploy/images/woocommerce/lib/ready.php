<?php
/**
 * GET /ready: 200 when the setup of this image's software has come to its end in the database, else 503.
 * WordPress is not loaded: this takes a few milliseconds and cannot pass for an installer's page.
 *
 * The first question comes while the database still starts: the time is used to read the compiled scripts
 * of the shop into memory.
 */

declare(strict_types=1);

namespace Storebot;

require_once __DIR__ . '/common.php';
require __DIR__ . '/database.php';

header('Content-Type: text/plain; charset=utf-8');
header('Cache-Control: no-store');

warm_up();
try {
    $mark = Database::connect()->mark();
    $reason = match (true) {
        $mark['software'] !== software() => 'the shop is not set up for this version yet',
        $mark['revision'] === '' => 'the shop has no owner yet',
        default => null,
    };
} catch (\mysqli_sql_exception) {
    $reason = 'the database does not answer';
}
http_response_code($reason === null ? 200 : 503);
echo $reason ?? 'ready', "\n";

function warm_up(): void
{
    $list = '/opt/store/baked/scripts';
    // Any one of the list tells for all.
    if (!is_file($list) || opcache_is_script_cached('/var/www/html/wp-settings.php')) {
        return;
    }
    ignore_user_abort(true);
    foreach (file($list, FILE_IGNORE_NEW_LINES) as $script) {
        @opcache_compile_file($script);
    }
}
