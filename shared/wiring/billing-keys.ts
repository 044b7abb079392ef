/** What stands in the secret of the payment providers, by name. */
export interface BillingKeys {
  readonly stripe_secret_key: string;
  readonly stripe_webhook_secret: string;
  readonly btcpay_api_key: string;
  readonly btcpay_webhook_secret: string;
}
