<?php
/**
 * What must be so before WordPress is loaded on the command line: a request to answer, and a process that
 * fails when WordPress ends it. WordPress dies with exit code 0 when it cannot go on.
 */

declare(strict_types=1);

namespace Storebot;

require_once __DIR__ . '/../common.php';

$url = parse_url(environment('STORE_URL'));
$_SERVER['HTTP_HOST'] = $url['host'] . (isset($url['port']) ? ":$url[port]" : '');
$_SERVER['SERVER_NAME'] = $url['host'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
$_SERVER['HTTP_X_FORWARDED_PROTO'] = $url['scheme'];

/** Set by finished(). */
$GLOBALS['storebot_finished'] = false;
register_shutdown_function(static function (): void {
    if (!$GLOBALS['storebot_finished']) {
        exit(1);
    }
});

function finished(): void
{
    $GLOBALS['storebot_finished'] = true;
}
