<?php
/**
 * The countries and currencies that WooCommerce knows. The build of the image has asked WooCommerce, so
 * that nobody needs to load it for refusing a wrong word.
 */

declare(strict_types=1);

namespace Storebot;

final class Places
{
    /** @param array{countries: array, currencies: array, formats: array} $known */
    private function __construct(private readonly array $known)
    {
    }

    public static function of_image(): self
    {
        $file = '/opt/store/baked/places.json';

        return new self(json_decode((string) file_get_contents($file), true, 8, JSON_THROW_ON_ERROR));
    }

    public function check_currency(string $code): void
    {
        if (!isset($this->known['currencies'][$code])) {
            throw new Failure("WooCommerce knows no currency \"$code\". Use an ISO 4217 code such as EUR, USD or JPY.");
        }
    }

    /** "DE", or with a state of the country "US:CA". */
    public function check_country(string $place): void
    {
        [$country, $state] = explode(':', $place, 2) + [1 => null];
        if (!isset($this->known['countries'][$country])) {
            throw new Failure("WooCommerce knows no country \"$country\". Use an ISO 3166-1 code such as DE, US or JP.");
        }
        if ($state !== null && !in_array($state, $this->known['countries'][$country], true)) {
            throw new Failure("WooCommerce knows no state \"$state\" in $country.");
        }
    }

    /** How prices and measures are written: WooCommerce's options and their values. */
    public function formats(string $country, string $currency): array
    {
        $decimals = $this->known['currencies'][$currency];
        $local = $this->known['formats'][$country] ?? [];
        // A country's habits of writing money go with its own money.
        $own = ($local['currency_code'] ?? '') === $currency;

        return [
            'woocommerce_currency' => $currency,
            'woocommerce_currency_pos' => $own ? $local['currency_pos'] : 'left',
            'woocommerce_price_thousand_sep' => $own ? $local['thousand_sep'] : ',',
            'woocommerce_price_decimal_sep' => $own ? $local['decimal_sep'] : '.',
            'woocommerce_price_num_decimals' => (string) ($own ? $local['num_decimals'] : $decimals),
            'woocommerce_weight_unit' => $local['weight_unit'] ?? 'kg',
            'woocommerce_dimension_unit' => $local['dimension_unit'] ?? 'cm',
        ];
    }
}
