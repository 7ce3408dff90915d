package io.auditspring.signing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessKey;
import io.auditspring.ledger.merkle.ConsistencyProof;

/**
 * A small witness (C2SP tlog-witness) with a key and a memory of its own, behind HTTP.
 * What it signs it puts together by itself.
 */
final class TestWitness implements AutoCloseable {

	private final String name;

	private final KeyPair pair;

	private final Map<String, VerifierKey> logs = new HashMap<>();

	private final Map<String, Checkpoint> latest = new HashMap<>();

	private final List<Integer> answers = new ArrayList<>();

	private final HttpServer server;

	/** Answers this instead, if it is not 0. */
	private volatile int broken;

	private volatile byte[] said = new byte[0];

	TestWitness(String name) {
		try {
			this.name = name;
			this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			this.server.createContext("/w/add-checkpoint", this::answer);
			this.server.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	TestWitness watching(String origin, VerifierKey key) {
		this.logs.put(origin, key);
		return this;
	}

	/** The line of a policy. */
	String line(String alias) {
		byte[] encoded = this.pair.getPublic().getEncoded();
		return "witness %s %s http://127.0.0.1:%d/w/\n".formatted(alias,
				new WitnessKey(this.name, Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)),
				this.server.getAddress().getPort());
	}

	void answerAlways(int status, byte[] body) {
		this.said = body;
		this.broken = status;
	}

	/** The statuses it answered since somebody looked. */
	List<Integer> answers() {
		List<Integer> since = List.copyOf(this.answers);
		this.answers.clear();
		return since;
	}

	private void answer(HttpExchange exchange) throws IOException {
		String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		Answer answer = (this.broken != 0) ? new Answer(this.broken, this.said) : take(request);
		this.answers.add(answer.status());
		exchange.sendResponseHeaders(answer.status(), (answer.body().length > 0) ? answer.body().length : -1);
		exchange.getResponseBody().write(answer.body());
		exchange.close();
	}

	private record Answer(int status, byte[] body) {

		private static Answer of(int status, String text) {
			return new Answer(status, text.getBytes(StandardCharsets.UTF_8));
		}

	}

	private synchronized Answer take(String request) {
		int end = request.indexOf("\n\n");
		List<String> head = request.substring(0, end).lines().toList();
		long old = Long.parseLong(head.get(0).substring("old ".length()));
		List<byte[]> path = head.subList(1, head.size()).stream().map(Base64.getDecoder()::decode).toList();
		String note = request.substring(end + 2);
		String origin = note.substring(0, note.indexOf('\n'));
		VerifierKey key = this.logs.get(origin);
		if (key == null) {
			return Answer.of(404, "unknown log");
		}
		Checkpoint checkpoint;
		try {
			checkpoint = Checkpoint.open(note, TrustedKeys.of(key));
		}
		catch (InvalidCheckpointException ex) {
			return Answer.of(403, "not signed by a known key");
		}
		Checkpoint last = this.latest.get(origin);
		if (old > checkpoint.size()) {
			return Answer.of(400, "old size too large");
		}
		if (old != ((last != null) ? last.size() : 0)) {
			return Answer.of(409, ((last != null) ? last.size() : 0) + "\n");
		}
		boolean consistent = (last != null)
				? new ConsistencyProof(old, checkpoint.size(), path).proves(last.root(), checkpoint.root())
				: path.isEmpty();
		if (!consistent) {
			return Answer.of(422, "not consistent");
		}
		this.latest.put(origin, checkpoint);
		return Answer.of(200, cosign(note.substring(0, note.lastIndexOf("\n\n") + 1)));
	}

	private String cosign(String text) {
		try {
			long now = System.currentTimeMillis() / 1000;
			Signature signature = Signature.getInstance("Ed25519");
			signature.initSign(this.pair.getPrivate());
			signature.update(("cosignature/v1\ntime " + now + "\n" + text).getBytes(StandardCharsets.UTF_8));
			byte[] encoded = this.pair.getPublic().getEncoded();
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update((this.name + "\n\u0004").getBytes(StandardCharsets.UTF_8));
			digest.update(encoded, encoded.length - 32, 32);
			ByteBuffer line = ByteBuffer.allocate(4 + 8 + 64);
			line.put(digest.digest(), 0, 4).putLong(now).put(signature.sign());
			return "\u2014 %s %s\n".formatted(this.name, Base64.getEncoder().encodeToString(line.array()));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
