<?php
/**
 * What all programs share: reading the environment, failing with a sentence, waiting.
 */

declare(strict_types=1);

namespace Storebot;

/** A reason in plain words: what is wrong and, where it helps, what to do. The last line of the program. */
final class Failure extends \RuntimeException
{
}

/** Runs a program: its last line is the reason when it fails. */
function program(callable $main): never
{
    attempt($main);
    exit(0);
}

/** Runs a part of a program, which ends here when that fails. */
function attempt(callable $part): mixed
{
    try {
        return $part();
    } catch (Failure $failure) {
        fwrite(STDERR, $failure->getMessage() . "\n");
        exit(1);
    } catch (\Throwable $error) {
        fwrite(STDERR, $error->getTraceAsString() . "\n");
        $text = trim((string) preg_replace('/\s+/', ' ', $error->getMessage()));
        fwrite(STDERR, basename($_SERVER['argv'][0]) . " stopped on an unexpected error: $text\n");
        exit(1);
    }
}

/** A line for whoever reads the log of a Job. */
function say(string $text): void
{
    fwrite(STDOUT, sprintf("%7.3f s  %s\n", microtime(true) - $_SERVER['REQUEST_TIME_FLOAT'], $text));
}

function environment(string $name, ?string $default = null): string
{
    $value = getenv($name);
    if ($value === false || ($value === '' && $default === null)) {
        return $default ?? throw new Failure("The variable $name is missing in the environment.");
    }

    return $value;
}

/** When waiting for others ends; the programs are told how long with STORE_WAIT_SECONDS. */
function deadline(): float
{
    return microtime(true) + (float) environment('STORE_WAIT_SECONDS', '300');
}

/**
 * Asks until the answer is not null. Every 50 ms: what is waited for usually comes within seconds, and
 * whoever waits is on the way to "ready".
 */
function wait_for(float $deadline, callable $ask, callable $reason): mixed
{
    while (true) {
        $answer = $ask();
        if ($answer !== null) {
            return $answer;
        }
        if (microtime(true) > $deadline) {
            throw new Failure($reason());
        }
        usleep(50_000);
    }
}

/** The software inside this image; a database remembers which one has set it up. */
function software(): string
{
    return trim((string) file_get_contents('/opt/store/versions')) . ', setup ' . SETUP_VERSION;
}

/** Grows when a finished shop of the same WordPress and WooCommerce would turn out another one. */
const SETUP_VERSION = 1;
