<?php
/**
 * A customer who talks to the shop over HTTP like a browser does: through the store's service, with the
 * shop's public host name.
 */

declare(strict_types=1);

namespace Storebot;

/** Orders of this customer are test orders; mu-plugins/storebot.php sends no mail for them. */
const TEST_EMAIL = 'test-order@storebot.invalid';

final class Customer
{
    private \CurlHandle $curl;
    private string $cart_token = '';
    private string $host;
    private string $scheme;

    public function __construct(private readonly string $service, string $url)
    {
        [$this->scheme, $this->host] = explode('://', $url, 2);
        $this->curl = curl_init();
    }

    /** Until the shop answers as a shop through its service. */
    public function wait(float $deadline): void
    {
        $last = '';
        wait_for(
            $deadline,
            function () use (&$last): ?true {
                [$status, $body] = $this->request('GET', '/ready');
                $last = $status === 0 ? $body : "status $status: " . trim($body);

                return $status === 200 ? true : null;
            },
            function () use (&$last): string {
                return "The shop did not answer through $this->service in time ($last).";
            },
        );
    }

    /** @return array{order_id: int, total: string, currency: string, decimals: int} */
    public function order(array $address): array
    {
        $products = $this->call('GET', '/products?type=simple&stock_status=instock&per_page=10');
        $product = array_find($products, static fn (array $one) => $one['is_purchasable'] && $one['is_in_stock']);
        if ($product === null) {
            throw new Failure('The shop has no simple product in stock that could be ordered.');
        }
        $this->call('GET', '/cart');
        $cart = $this->call('POST', '/cart/add-item', ['id' => $product['id'], 'quantity' => $product['add_to_cart']['minimum'] ?? 1]);
        if (!in_array('cod', $cart['payment_methods'], true)) {
            throw new Failure('Cash on delivery is not offered at the checkout. Switch it on under WooCommerce, Settings, Payments.');
        }
        $order = $this->call('POST', '/checkout', [
            'billing_address' => $address + ['email' => TEST_EMAIL],
            'shipping_address' => $address,
            'payment_method' => 'cod',
        ]);
        if (($order['payment_result']['payment_status'] ?? '') !== 'success') {
            throw new Failure("The order was not accepted; the shop answered with status \"$order[status]\".");
        }

        return ['order_id' => $order['order_id']] + $this->confirmed($order);
    }

    /** What the customer is told on the confirmation page. Amounts come in the smallest coin. */
    private function confirmed(array $order): array
    {
        $told = $this->call('GET', "/order/$order[order_id]?key=$order[order_key]&billing_email=" . urlencode(TEST_EMAIL));
        $decimals = $told['totals']['currency_minor_unit'];

        return [
            'total' => number_format((int) $told['totals']['total_price'] / 10 ** $decimals, $decimals, '.', ''),
            'currency' => $told['totals']['currency_code'],
            'decimals' => $decimals,
        ];
    }

    /** One call of the Store API; everything but its success is a reason to fail. */
    private function call(string $method, string $path, ?array $body = null): array
    {
        [$status, $text] = $this->request($method, "/wp-json/wc/store/v1$path", $body);
        $answer = json_decode($text, true);
        if ($status < 200 || $status > 299 || !is_array($answer)) {
            $reason = is_array($answer) ? strip_tags((string) ($answer['message'] ?? $text)) : ($status === 0 ? $text : substr(strip_tags($text), 0, 200));
            throw new Failure("The test order failed at $method $path (status $status): " . trim((string) preg_replace('/\s+/', ' ', $reason)));
        }

        return $answer;
    }

    /** @return array{int, string} status and body; status 0 with the reason when nobody answered */
    private function request(string $method, string $path, ?array $body = null): array
    {
        $token = '';
        $headers = ["Host: $this->host", "X-Forwarded-Proto: $this->scheme", 'Content-Type: application/json', 'Expect:'];
        if ($this->cart_token !== '') {
            $headers[] = "Cart-Token: $this->cart_token";
        }
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $this->service . $path,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_POSTFIELDS => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CONNECTTIMEOUT => 2,
            CURLOPT_TIMEOUT => 30,
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$token): int {
                if (stripos($line, 'cart-token:') === 0) {
                    $token = trim(substr($line, 11));
                }

                return strlen($line);
            },
        ]);
        $text = curl_exec($this->curl);
        $this->cart_token = $token !== '' ? $token : $this->cart_token;

        return $text === false ? [0, curl_error($this->curl)] : [curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE), $text];
    }
}
