<?php
/**
 * store-login: the administrator ADMIN_USER gets the password whose hash is in ADMIN_PASSWORD_HASH, and
 * every open session of that user ends. Nobody but the one who made the hash knows the password.
 */

declare(strict_types=1);

namespace Storebot;

require_once __DIR__ . '/common.php';
require __DIR__ . '/database.php';

program(static function (): void {
    $user = environment('ADMIN_USER');
    $hash = environment('ADMIN_PASSWORD_HASH');
    // The hash is never shown, not even a wrong one.
    if (!preg_match('{^\$wp\$2y\$[0-9]{2}\$[./A-Za-z0-9]{53}$}', $hash)) {
        throw new Failure('ADMIN_PASSWORD_HASH is not in the format of WordPress ($wp$2y$…).');
    }
    $db = Database::wait(deadline());
    $id = $db->empty() ? null : $db->value('SELECT ID FROM wp_users WHERE user_login = ?', [$user]);
    if ($id === null) {
        throw new Failure("The shop has no user \"$user\". Somebody has removed the administrator that the setup made.");
    }
    $db->transaction(static function () use ($db, $hash, $id): void {
        $db->run("UPDATE wp_users SET user_pass = ?, user_activation_key = '' WHERE ID = ?", [$hash, $id]);
        $db->run("DELETE FROM wp_usermeta WHERE user_id = ? AND meta_key = 'session_tokens'", [$id]);
    });
    say("new password for \"$user\", all sessions ended");
});
