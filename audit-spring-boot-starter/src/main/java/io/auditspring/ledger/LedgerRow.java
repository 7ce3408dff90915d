package io.auditspring.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code audit_log} that is about to be redacted or retired.
 *
 * @param core what is hashed besides the groups
 * @param recordedAt when the ledger took it
 * @param version the version of the format
 * @param salt the salt of both groups
 * @param actor the actor group
 * @param actorDigest the redacted actor group's digest
 * @param data the data group
 * @param dataDigest the redacted data group's digest
 * @param prevHash the hash of the entry before
 * @param hash the entry's hash
 */
record LedgerRow(CoreObject core, Instant recordedAt, int version, byte[] salt, ActorObject actor,
		byte @Nullable [] actorDigest, Entry.DataGroup data, byte @Nullable [] dataDigest, byte[] prevHash,
		byte[] hash) {

	/** The address comes as its bytes: its text may hide a network mask or a mapping. */
	static final String COLUMNS = """
			chain, seq, id, recorded_at, occurred_at, service, tenant, operation_id, action, category, severity,
			outcome, actor_type, target_type, target_id, revision, duration_micros, trace_id,
			actor_id, actor_name, impersonator_id, inet_send(ip_address) as ip_bytes, user_agent, session_id,
			device_fingerprint, geolocation,
			target_name, message, justification, error, before_state, after_state, changes, metadata, related,
			hash_version, salt, actor_digest, data_digest, prev_hash, hash""";

	private static final byte[] NONE = {};

	static LedgerRow read(ResultSet row) throws SQLException {
		Instant recordedAt = Objects.requireNonNull(instant(row, "recorded_at"));
		return new LedgerRow(core(row, recordedAt), recordedAt, row.getInt("hash_version"), bytes(row, "salt"),
				actor(row), row.getBytes("actor_digest"), data(row), row.getBytes("data_digest"),
				bytes(row, "prev_hash"), bytes(row, "hash"));
	}

	boolean verifies() {
		return this.version == EntryHash.VERSION
				&& Arrays.equals(this.hash, EntryHash.leaf(this.core, digestOfActor(), digestOfData(), this.prevHash));
	}

	byte[] digestOfActor() {
		return (this.actorDigest != null) ? this.actorDigest : EntryHash.actorDigest(this.salt, this.actor);
	}

	byte[] digestOfData() {
		return (this.dataDigest != null) ? this.dataDigest : EntryHash.dataDigest(this.salt, this.data);
	}

	String chain() {
		return Objects.requireNonNull(this.core.chain());
	}

	long seq() {
		return Objects.requireNonNull(this.core.seq());
	}

	UUID id() {
		return UUID.fromString(String.valueOf(this.core.id()));
	}

	YearMonth month() {
		return YearMonth.from(this.recordedAt.atOffset(ZoneOffset.UTC));
	}

	private static CoreObject core(ResultSet row, Instant recordedAt) throws SQLException {
		return new CoreObject(row.getString("chain"), number(row, "seq"), row.getString("id"),
				Timestamps.format(recordedAt), format(instant(row, "occurred_at")), row.getString("service"),
				row.getString("tenant"), row.getString("operation_id"), row.getString("action"),
				row.getString("category"), row.getString("severity"), row.getString("outcome"),
				row.getString("actor_type"), row.getString("target_type"), row.getString("target_id"),
				number(row, "revision"), number(row, "duration_micros"), row.getString("trace_id"));
	}

	private static ActorObject actor(ResultSet row) throws SQLException {
		return new ActorObject(row.getString("actor_id"), row.getString("actor_name"), row.getString("impersonator_id"),
				ip(row.getBytes("ip_bytes")), row.getString("user_agent"), row.getString("session_id"),
				row.getString("device_fingerprint"), json(row, "geolocation"));
	}

	private static Entry.DataGroup data(ResultSet row) throws SQLException {
		return new Entry.DataGroup(row.getString("target_name"), row.getString("message"),
				row.getString("justification"), row.getString("error"), json(row, "before_state"),
				json(row, "after_state"), json(row, "changes"), json(row, "metadata"), json(row, "related"));
	}

	private static @Nullable CanonicalJson json(ResultSet row, String column) throws SQLException {
		String text = row.getString(column);
		return (text != null) ? CanonicalJson.parseStored(text) : null;
	}

	private static @Nullable Long number(ResultSet row, String column) throws SQLException {
		long number = row.getLong(column);
		return row.wasNull() ? null : (Long) number;
	}

	private static byte[] bytes(ResultSet row, String column) throws SQLException {
		byte[] bytes = row.getBytes(column);
		return (bytes != null) ? bytes : NONE;
	}

	private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
		OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
		if (OffsetDateTime.MAX.equals(time) || OffsetDateTime.MIN.equals(time)) {
			throw new IllegalArgumentException(column + " is infinite");
		}
		return (time != null) ? time.toInstant() : null;
	}

	private static @Nullable String format(@Nullable Instant instant) {
		return (instant != null) ? Timestamps.format(instant) : null;
	}

	/**
	 * Takes the address out of PostgreSQL's binary form of inet: four bytes of header
	 * (family, length of the mask, kind, length of the address), then the address.
	 */
	private static @Nullable String ip(byte @Nullable [] inet) {
		if (inet == null) {
			return null;
		}
		String address = HexFormat.of().formatHex(inet, 4, inet.length);
		int maskBits = inet[1] & 0xff;
		return (maskBits == (inet.length - 4) * 8) ? address : address + "/" + maskBits;
	}

}
