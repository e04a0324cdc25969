import type { AlertMessage } from './alert-message.js';

/** For connecting, the greeting, and each silence after it; the whole ends with the caller's signal. */
const TIMEOUT_MS = 10_000;

export interface EmailSettings {
  readonly smtpUrl: string;
  readonly from: string;
  /** One address or several, separated by commas. */
  readonly to: string;
}

/** Sends an alert as plain text. Throws an error that says why the server did not take it; closes the connection when `signal` is aborted. */
export async function sendEmail(settings: EmailSettings, message: AlertMessage, signal: AbortSignal): Promise<void> {
  // Loaded with the first alert: most days have none.
  const { createTransport } = await import('nodemailer');
  const url = new URL(settings.smtpUrl);
  const secure = url.protocol === 'smtps:';
  const transport = createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username === '' ? {} : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: settings.from,
      to: settings.to,
      subject: message.subject,
      text: `${message.text}\n`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    });
  } finally {
    transport.close();
  }
}
