import type { AlertMessage } from './channels.js';

const TIMEOUT_MS = 10_000;

export interface EmailSettings {
  readonly smtpUrl: string;
  readonly from: string;
  /** One address or several, separated by commas. */
  readonly to: string;
}

/** Sends an alert as plain text. Throws an error that says why the server did not take it. */
export async function sendEmail(settings: EmailSettings, message: AlertMessage): Promise<void> {
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
    });
  } finally {
    transport.close();
  }
}
