package io.auditspring.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The network between an application and its database, to be broken at will. It
 * understands nothing of what passes but the word that begins or confirms a commit.
 */
public final class TcpProxy implements AutoCloseable {

	private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

	private static final int NONE = -1;

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	/** So many commits may still be confirmed until one's answer gets lost. */
	private final AtomicInteger answersToPass = new AtomicInteger(NONE);

	/** So many commits may still be asked for until one gets lost. */
	private final AtomicInteger requestsToPass = new AtomicInteger(NONE);

	private final AtomicInteger lost = new AtomicInteger();

	private final int port;

	private ServerSocket listener;

	private boolean holding;

	public TcpProxy(int target) {
		this.target = target;
		this.listener = listen(0);
		this.port = this.listener.getLocalPort();
		accept(this.listener);
	}

	public int port() {
		return this.port;
	}

	private static ServerSocket listen(int port) {
		try {
			return new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket open) {
		start("accept", () -> {
			while (true) {
				Socket client = open.accept();
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				this.sockets.add(client);
				this.sockets.add(server);
				start("requests", () -> pump(client, server, this.requestsToPass));
				start("answers", () -> pump(server, client, this.answersToPass));
			}
		});
	}

	private static void start(String name, Traffic traffic) {
		Thread thread = new Thread(() -> {
			try {
				traffic.run();
			}
			catch (IOException ex) {
				// Closed, by one of the two or by us.
			}
		}, "proxy-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	private void pump(Socket from, Socket to, AtomicInteger commitsToPass) throws IOException {
		byte[] buffer = new byte[1 << 16];
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				awaitPassage();
				if (isLost(buffer, length, commitsToPass)) {
					this.lost.incrementAndGet();
					return;
				}
				out.write(buffer, 0, length);
			}
		}
		finally {
			this.sockets.remove(from);
			this.sockets.remove(to);
		}
	}

	private synchronized void awaitPassage() {
		try {
			while (this.holding) {
				wait();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static boolean isLost(byte[] buffer, int length, AtomicInteger commitsToPass) {
		return commitsToPass.get() != NONE && contains(buffer, length)
				&& commitsToPass.getAndUpdate((left) -> Math.max(left - 1, NONE)) == 0;
	}

	private static boolean contains(byte[] buffer, int length) {
		for (int start = 0; start <= length - COMMIT.length; start++) {
			int same = 0;
			while (same < COMMIT.length && buffer[start + same] == COMMIT[same]) {
				same++;
			}
			if (same == COMMIT.length) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Loses the answer of a commit: the connection ends after the database has committed.
	 * @param passing how many commits are confirmed before
	 */
	void loseAnswerOfCommit(int passing) {
		this.answersToPass.set(passing);
	}

	/**
	 * Loses a commit: the connection ends before the database has heard of it. Needs
	 * {@code prepareThreshold=0}, or the word would pass only once.
	 * @param passing how many commits are passed on before
	 */
	void loseCommit(int passing) {
		this.requestsToPass.set(passing);
	}

	/** How many commits or their answers got lost. */
	int lost() {
		return this.lost.get();
	}

	/** Ends all connections; new ones are possible. */
	void cut() {
		this.sockets.forEach(TcpProxy::close);
	}

	/** Ends all connections and refuses new ones. */
	public void refuse() {
		close(this.listener);
		cut();
	}

	/** Lets nothing pass any more, and nobody know. */
	synchronized void hold() {
		this.holding = true;
	}

	/** Makes it well again. */
	public synchronized void pass() {
		this.holding = false;
		notifyAll();
		if (this.listener.isClosed()) {
			this.listener = listen(this.port);
			accept(this.listener);
		}
	}

	private static void close(AutoCloseable open) {
		try {
			open.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public synchronized void close() {
		refuse();
		this.holding = false;
		notifyAll();
	}

	/**
	 * What a thread does with a connection until that ends.
	 */
	private interface Traffic {

		void run() throws IOException;

	}

}
