<?php
/**
 * store-setup: makes the shop finished.
 *
 *   1. An empty database gets WordPress, WooCommerce and the sample products of nobody's shop; an older
 *      one gets the upgrades. The database image comes with this already done.
 *   2. Nobody's shop becomes the store's own, once, in one transaction.
 *   3. The mark: from now on the shop is ready for this revision.
 *
 * WordPress is loaded in step 1 only, each time in a process of its own because it cannot be loaded twice;
 * step 2 is a handful of statements. With --template it stops after step 1.
 */

declare(strict_types=1);

namespace Storebot;

require_once __DIR__ . '/common.php';
require __DIR__ . '/database.php';
require __DIR__ . '/places.php';
require __DIR__ . '/owner.php';

/** The address of nobody's shop; owner.php looks for it. */
const NOBODYS_URL = 'http://shop.invalid';

program(static function (): void {
    $template = in_array('--template', $_SERVER['argv'], true);
    // Wrong words are refused before anything is made.
    $owner = $template ? null : Owner::from_environment(Places::of_image());
    $deadline = deadline();
    $db = Database::wait($deadline);
    $db->lock($deadline);

    build($db);
    if ($owner !== null) {
        hand_over($db, $owner);
    }
});

/** Step 1. */
function build(Database $db): void
{
    $mark = $db->mark();
    if ($mark['software'] === software()) {
        return;
    }
    $fresh = $mark['software'] === '';
    say($fresh ? 'installing into an empty database' : "upgrading a database of $mark[software]");
    with_wordpress('core', $fresh);
    with_wordpress('shop', $fresh);
    if ($fresh) {
        $db->set_mark('');
    }
    say('installed: ' . software());
}

/** Steps 2 and 3. An upgraded shop that has its owner already keeps everything the owner has changed. */
function hand_over(Database $db, Owner $owner): void
{
    $store = $db->store();
    $db->transaction(static function () use ($db, $owner, $store): void {
        if ($store === null) {
            $owner->take($db);
        } elseif ($store['url'] !== $owner->url) {
            $owner->move($db, $store['url']);
        }
        $db->set_store($owner->id, $owner->url);
        $db->set_mark(environment('STORE_REVISION'));
    });
    say(($store === null ? 'set up' : 'nothing left to do') . ": $owner->url");
}

function with_wordpress(string $step, bool $fresh): void
{
    $environment = getenv() + ['STORE_URL' => NOBODYS_URL];
    $command = [PHP_BINARY, __DIR__ . "/with-wordpress/$step.php", $fresh ? 'install' : 'upgrade'];
    // Its words are part of ours, the last line included.
    $process = proc_open($command, [STDIN, STDOUT, STDERR], $pipes, null, $environment);
    if ($process === false || proc_close($process) !== 0) {
        throw new Failure("The setup could not finish its step \"$step\"; the lines above say why.");
    }
}
