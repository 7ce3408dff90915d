package io.auditspring.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * Somebody who asks and does not listen.
 */
final class HangingVisitor implements AutoCloseable {

	private final Socket socket = new Socket();

	private final InputStream answer;

	private HangingVisitor(Visitor visitor, String path) throws IOException {
		this.socket.setReceiveBufferSize(4096);
		this.socket.connect(new InetSocketAddress(visitor.address().getHost(), visitor.address().getPort()));
		StringBuilder request = new StringBuilder(
				"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".formatted(path));
		for (int i = 0; i < visitor.headers().size(); i += 2) {
			request.append(visitor.headers().get(i)).append(": ").append(visitor.headers().get(i + 1)).append("\r\n");
		}
		this.socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
		this.answer = this.socket.getInputStream();
	}

	static HangingVisitor ask(Visitor visitor, String path) throws IOException {
		return new HangingVisitor(visitor, path);
	}

	/** Takes the beginning. */
	String readSome() throws IOException {
		return new String(this.answer.readNBytes(1000), StandardCharsets.UTF_8);
	}

	/** Takes the rest, until the connection ends in whatever way. */
	String readAll() throws IOException {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		byte[] some = new byte[65_536];
		try {
			for (int read = this.answer.read(some); read >= 0; read = this.answer.read(some)) {
				all.write(some, 0, read);
			}
		}
		catch (SocketException ex) {
			// Cut off: what came until then is all there is.
			return all.toString(StandardCharsets.ISO_8859_1);
		}
		return all.toString(StandardCharsets.ISO_8859_1);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
