/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Whose time stamps (RFC 3161) count. One is kept as a further line of the checkpoint's
 * note, of a type of its own, so it goes wherever the note goes, and whoever does not
 * know it ignores it: {@code Base64(id || token)}, where the token's imprint is the
 * SHA-256 of {@link Checkpoint#signed()}. Needs Bouncy Castle
 * ({@code org.bouncycastle:bcpkix-jdk18on}).
 *
 * @since 0.1.0
 */
public final class TimeStampAuthority {

	/** No assigned type of signature, but one that says what it is (C2SP signed-note). */
	private static final String TYPE = "rfc3161";

	private final Set<TrustAnchor> anchors;

	private TimeStampAuthority(Set<TrustAnchor> anchors) {
		this.anchors = Set.copyOf(anchors);
	}

	/**
	 * Trusts authorities.
	 * @param pem certificates in PEM: those of authorities, or of who issued theirs
	 * @return what verifies their time stamps
	 * @throws IllegalArgumentException if there is no certificate
	 */
	public static TimeStampAuthority trusting(byte[] pem) {
		try {
			Set<TrustAnchor> anchors = new LinkedHashSet<>();
			CertificateFactory.getInstance("X.509")
				.generateCertificates(new ByteArrayInputStream(pem))
				.forEach((certificate) -> anchors.add(new TrustAnchor((X509Certificate) certificate, null)));
			if (anchors.isEmpty()) {
				throw new IllegalArgumentException("there is no certificate");
			}
			return new TimeStampAuthority(anchors);
		}
		catch (CertificateException ex) {
			throw new IllegalArgumentException("there is something that is no certificate in PEM: " + ex.getMessage(),
					ex);
		}
	}

	private static byte[] id(String name) {
		return Sha256.hash(Sha256.utf8(name + "\n"), new byte[] { (byte) 0xff }, Sha256.utf8(TYPE));
	}

	private static byte[] imprint(Checkpoint checkpoint) {
		return Sha256.hash(Sha256.utf8(checkpoint.signed()));
	}

	/**
	 * Asks for a time stamp.
	 * @param checkpoint of what
	 * @return the request (DER)
	 */
	public byte[] request(Checkpoint checkpoint) {
		return TimeStampTokens.request(imprint(checkpoint));
	}

	/**
	 * Takes an answer, if its time stamp is right.
	 * @param name the authority, by a name that notes can hold
	 * @param checkpoint of what
	 * @param request what was asked
	 * @param response what was answered (DER)
	 * @return a line for the note
	 * @throws InvalidCheckpointException if there is no time stamp in it, or not a right
	 * one
	 */
	public String line(String name, Checkpoint checkpoint, byte[] request, byte[] response) {
		byte[] token = TimeStampTokens.answered(request, response);
		TimeStampTokens.verify(token, imprint(checkpoint), this.anchors);
		byte[] identified = new byte[NoteKey.ID_LENGTH + token.length];
		System.arraycopy(id(name), 0, identified, 0, NoteKey.ID_LENGTH);
		System.arraycopy(token, 0, identified, NoteKey.ID_LENGTH, token.length);
		return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(identified) + "\n";
	}

	/**
	 * Looks when a checkpoint was time-stamped.
	 * @param checkpoint the checkpoint
	 * @return the earliest time that an authority confirms, or empty if none does
	 */
	public Optional<Instant> stamped(Checkpoint checkpoint) {
		return tokens(checkpoint).stream()
			.flatMap((token) -> verified(token, checkpoint).stream())
			.min(Instant::compareTo);
	}

	private Optional<Instant> verified(byte[] token, Checkpoint checkpoint) {
		try {
			return Optional.of(TimeStampTokens.verify(token, imprint(checkpoint), this.anchors));
		}
		catch (InvalidCheckpointException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Says why a checkpoint is not time-stamped.
	 * @param checkpoint the checkpoint
	 * @return the reason, or {@code null} if it is
	 */
	public @Nullable String missing(Checkpoint checkpoint) {
		String reason = "it has no time stamp";
		for (byte[] token : tokens(checkpoint)) {
			try {
				TimeStampTokens.verify(token, imprint(checkpoint), this.anchors);
				return null;
			}
			catch (InvalidCheckpointException ex) {
				reason = "its time stamp does not count: " + ex.getMessage();
			}
		}
		return reason;
	}

	private static List<byte[]> tokens(Checkpoint checkpoint) {
		return SignedNote.parse(checkpoint.note())
			.signatures()
			.stream()
			.filter((signature) -> Arrays.equals(signature.keyId(),
					Arrays.copyOf(id(signature.keyName()), NoteKey.ID_LENGTH)))
			.map(SignedNote.Signature::bytes)
			.toList();
	}

}
