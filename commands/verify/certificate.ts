import { once } from "node:events";
import { type ConnectionOptions, checkServerIdentity, connect } from "node:tls";

/** Milliseconds that a server has for its certificate. */
const PATIENCE = 30_000;

/**
 * Until when the certificate is valid that a server presents for a name.
 * @param trusted whether the connection's authorities must have issued it
 * @throws if it is for other names, not valid now, or must be trusted and is not
 */
export async function validUntil(
  trusted: boolean,
  options: ConnectionOptions & { readonly servername: string },
): Promise<Date> {
  const socket = connect({ ...options, rejectUnauthorized: trusted });
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error("no certificate within 30 seconds")));
  try {
    await once(socket, "secureConnect");
    const certificate = socket.getPeerCertificate();
    const wrong = checkServerIdentity(options.servername, certificate);
    if (wrong) throw wrong;
    return new Date(certificate.valid_to);
  } finally {
    socket.destroy();
  }
}
