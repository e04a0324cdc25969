import type { GatewayConfig } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';
import type { AlertChannel } from '@retail-etl/ledger';
import type { Deliver } from './alert-message.js';
import { sendEmail } from './send-email.js';
import { sendWebhook } from './send-webhook.js';

/** The channels that the configuration names. */
export function openChannels(config: GatewayConfig): Map<AlertChannel, Deliver> {
  const channels = new Map<AlertChannel, Deliver>();
  const { alertWebhookUrl, smtpUrl, alertEmailFrom, alertEmailTo } = config;
  if (alertWebhookUrl !== undefined) {
    channels.set('webhook', (message, signal) => sendWebhook(alertWebhookUrl, message, { allowPrivate: config.alertAllowPrivate, signal }));
  }
  if (smtpUrl !== undefined && alertEmailFrom !== undefined && alertEmailTo !== undefined) {
    channels.set('email', (message, signal) => sendEmail({ smtpUrl, from: alertEmailFrom, to: alertEmailTo }, message, signal));
  }
  return channels;
}

/** Half an e-mail configuration would alert nobody and say nothing. */
export function checkAlertConfig(config: GatewayConfig): void {
  const settings = { SMTP_URL: config.smtpUrl, ALERT_EMAIL_FROM: config.alertEmailFrom, ALERT_EMAIL_TO: config.alertEmailTo };
  const missing = Object.entries(settings).filter(([, value]) => value === undefined);
  if (missing.length > 0 && missing.length < 3) {
    throw new EtlError('CONFIG_INVALID', `alerts by e-mail also need ${missing.map(([name]) => name).join(' and ')}`);
  }
}
