<?php
/**
 * The shop's database without WordPress: what is asked and written before, after or instead of loading it.
 */

declare(strict_types=1);

namespace Storebot;

final class Database
{
    /** Options of WordPress in which the setup keeps its own state. */
    private const MARK = 'storebot_setup';
    private const STORE = 'storebot_store';

    private function __construct(private readonly \mysqli $connection)
    {
    }

    /** Connects as soon as the database answers. */
    public static function wait(float $deadline): self
    {
        $last = '';

        return wait_for(
            $deadline,
            static function () use (&$last): ?self {
                try {
                    return self::connect();
                } catch (\mysqli_sql_exception $error) {
                    $last = $error->getMessage();

                    return null;
                }
            },
            static function () use (&$last): string {
                return 'The database did not answer in time: ' . $last;
            },
        );
    }

    public static function connect(): self
    {
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        [$host, $port, $socket] = self::address(environment('WORDPRESS_DB_HOST'));
        $connection = mysqli_init();
        $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, 2);
        $connection->real_connect(
            $host,
            environment('WORDPRESS_DB_USER'),
            environment('WORDPRESS_DB_PASSWORD', ''),
            environment('WORDPRESS_DB_NAME'),
            $port,
            $socket,
        );
        $connection->set_charset('utf8mb4');

        return new self($connection);
    }

    /** host, host:port or host:/path/of/a/socket, as WordPress reads it. */
    private static function address(string $text): array
    {
        [$host, $rest] = explode(':', $text, 2) + [1 => ''];

        return str_starts_with($rest, '/') ? [$host, null, $rest] : [$host, (int) ($rest ?: 3306), null];
    }

    /** @param list<string|int> $values */
    public function run(string $sql, array $values = []): \mysqli_result|bool
    {
        return $this->connection->execute_query($sql, $values);
    }

    /** @param list<string|int> $values */
    public function value(string $sql, array $values = []): ?string
    {
        $row = $this->run($sql, $values)->fetch_row();

        return $row === null || $row[0] === null ? null : (string) $row[0];
    }

    /** Everything in it happens or nothing. */
    public function transaction(callable $work): void
    {
        $this->connection->begin_transaction();
        try {
            $work();
            $this->connection->commit();
        } catch (\Throwable $error) {
            $this->connection->rollback();
            throw $error;
        }
    }

    /** One setup at a time: a Job may start its second pod while the first one still ends. */
    public function lock(float $deadline): void
    {
        $seconds = max(1, (int) ($deadline - microtime(true)));
        if ($this->value("SELECT GET_LOCK(CONCAT(DATABASE(), '.setup'), ?)", [$seconds]) !== '1') {
            throw new Failure('Another setup of this shop has been running all the time.');
        }
    }

    /** Whether anything was ever installed here. */
    public function empty(): bool
    {
        return $this->value('SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?', ['wp_options']) === null;
    }

    public function option(string $name): ?string
    {
        return $this->value('SELECT option_value FROM wp_options WHERE option_name = ?', [$name]);
    }

    public function set_option(string $name, string $value): void
    {
        $this->run(
            "INSERT INTO wp_options (option_name, option_value, autoload) VALUES (?, ?, 'on')
             ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)",
            [$name, $value],
        );
    }

    /** @return array{software: string, revision: string} of the last setup that came to its end */
    public function mark(): array
    {
        $mark = $this->empty() ? null : $this->option(self::MARK);

        return $mark === null ? ['software' => '', 'revision' => ''] : json_decode($mark, true, 4, JSON_THROW_ON_ERROR);
    }

    /** The setup's last act. The revision is empty for a shop that has no owner yet. */
    public function set_mark(string $revision): void
    {
        $this->set_option(self::MARK, json_encode(['software' => software(), 'revision' => $revision], JSON_THROW_ON_ERROR));
    }

    /** @return ?array{id: string, url: string} whose shop this is; null as long as it is nobody's */
    public function store(): ?array
    {
        $store = $this->option(self::STORE);

        return $store === null ? null : json_decode($store, true, 4, JSON_THROW_ON_ERROR);
    }

    public function set_store(string $id, string $url): void
    {
        $this->set_option(self::STORE, json_encode(['id' => $id, 'url' => $url], JSON_THROW_ON_ERROR));
    }
}
