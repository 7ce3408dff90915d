package io.auditspring.sample.devices;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * Whether a device answers. Not to be asked within a transaction: none should stay open
 * while a device takes its time.
 */
final class Connection {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private Connection() {
	}

	static void to(String host, int port) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(host, port), (int) PATIENCE.toMillis());
		}
	}

}
