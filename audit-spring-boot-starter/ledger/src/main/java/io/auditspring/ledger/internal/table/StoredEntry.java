package io.auditspring.ledger.internal.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.entry.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * An entry as it is found, in a row of {@code audit_log} or in an export, with nothing
 * taken for granted: whoever tampered with it may have dropped the constraints before.
 *
 * @param place where it is
 * @param core what is hashed besides the groups
 * @param version the version of the format
 * @param salt the salt of both groups
 * @param actor the actor group
 * @param actorDigest the redacted actor group's digest
 * @param data the data group
 * @param dataDigest the redacted data group's digest
 */
public record StoredEntry(Place place, CoreObject core, int version, byte[] salt, ActorObject actor,
		byte @Nullable [] actorDigest, Entry.DataGroup data, byte @Nullable [] dataDigest) {

	/** The address comes as its bytes: its text may hide a network mask or a mapping. */
	public static final String COLUMNS = """
			chain, seq, id, recorded_at, occurred_at, service, tenant, operation_id, action, category, severity,
			outcome, actor_type, target_type, target_id, revision, duration_micros, trace_id,
			actor_id, actor_name, impersonator_id, inet_send(ip_address) as ip_bytes, user_agent, session_id,
			device_fingerprint, geolocation,
			target_name, message, justification, error, before_state, after_state, changes, metadata, related,
			hash_version, salt, actor_digest, data_digest, prev_hash, hash""";

	private static final byte[] NONE = {};

	private static final ActorObject NO_ACTOR = new ActorObject(null, null, null, null, null, null, null, null);

	private static final Entry.DataGroup NO_DATA = new Entry.DataGroup(null, null, null, null, null, null, null, null,
			null);

	/**
	 * Where an entry is in its chain, and what is not for interpretation.
	 *
	 * @param partition the table that holds it, 0 in an export
	 * @param seq the position, or {@code null} if it has none
	 * @param id the entry's id, or {@code null} if it has none
	 * @param recordedAt when the ledger took it, or {@code null} if that is missing
	 * @param prevHash the hash of the entry before
	 * @param hash the entry's hash
	 */
	public record Place(int partition, @Nullable Long seq, @Nullable UUID id, @Nullable Instant recordedAt,
			byte[] prevHash, byte[] hash) {

		public static Place read(CopyRow row) {
			Integer partition = row.oid();
			return new Place((partition != null) ? partition : 0, row.bigint(), row.uuid(), row.time(),
					orNone(row.binary()), orNone(row.binary()));
		}

	}

	/**
	 * Reads the rest of a row.
	 * @param place what was read of it
	 * @param row the row, with the columns of {@link EntryColumns}
	 * @return the entry
	 */
	public static StoredEntry read(Place place, CopyRow row) {
		CoreObject core = core(place, row);
		ActorObject actor = new ActorObject(row.text(), row.text(), row.text(), row.inet(), row.text(), row.text(),
				row.text(), json(row));
		Entry.DataGroup data = new Entry.DataGroup(row.text(), row.text(), row.text(), row.text(), json(row), json(row),
				json(row), json(row), json(row));
		Integer version = row.smallint();
		return new StoredEntry(place, core, (version != null) ? version : 0, orNone(row.binary()), actor, row.binary(),
				data, row.binary());
	}

	private static CoreObject core(Place place, CopyRow row) {
		return new CoreObject(row.text(), place.seq(), text(place.id()), format(place.recordedAt()), format(row.time()),
				row.text(), row.text(), text(row.uuid()), row.text(), row.text(), row.text(), row.text(), row.text(),
				row.text(), row.text(), row.bigint(), row.bigint(), row.text());
	}

	/**
	 * Reads a row.
	 * @param row the row, with {@link #COLUMNS}
	 * @return the entry
	 * @throws SQLException if the database fails, or a value cannot be what it should be
	 */
	public static StoredEntry read(ResultSet row) throws SQLException {
		Instant recordedAt = instant(row, "recorded_at");
		String id = row.getString("id");
		Place place = new Place(0, number(row, "seq"), (id != null) ? UUID.fromString(id) : null, recordedAt,
				orNone(row.getBytes("prev_hash")), orNone(row.getBytes("hash")));
		return new StoredEntry(place, core(row, recordedAt), row.getInt("hash_version"), orNone(row.getBytes("salt")),
				actor(row), row.getBytes("actor_digest"), data(row), row.getBytes("data_digest"));
	}

	private static CoreObject core(ResultSet row, @Nullable Instant recordedAt) throws SQLException {
		return new CoreObject(row.getString("chain"), number(row, "seq"), row.getString("id"), format(recordedAt),
				format(instant(row, "occurred_at")), row.getString("service"), row.getString("tenant"),
				row.getString("operation_id"), row.getString("action"), row.getString("category"),
				row.getString("severity"), row.getString("outcome"), row.getString("actor_type"),
				row.getString("target_type"), row.getString("target_id"), number(row, "revision"),
				number(row, "duration_micros"), row.getString("trace_id"));
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

	private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
		OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
		if (OffsetDateTime.MAX.equals(time) || OffsetDateTime.MIN.equals(time)) {
			throw new IllegalArgumentException(column + " is infinite");
		}
		return (time != null) ? time.toInstant() : null;
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

	@Nullable Instant recordedAt() {
		return this.place.recordedAt();
	}

	public byte[] prevHash() {
		return this.place.prevHash();
	}

	public byte[] hash() {
		return this.place.hash();
	}

	public byte[] computeHash() {
		return EntryHash.leaf(this.core, digestOfActor(), digestOfData(), this.place.prevHash());
	}

	byte[] digestOfActor() {
		return (this.actorDigest != null) ? this.actorDigest : EntryHash.actorDigest(this.salt, this.actor);
	}

	byte[] digestOfData() {
		return (this.dataDigest != null) ? this.dataDigest : EntryHash.dataDigest(this.salt, this.data);
	}

	/**
	 * Whether nothing of an erased actor group is left: what stands beside its digest is
	 * not hashed, and so could be anything.
	 * @return whether its columns and its half of the salt are gone
	 */
	boolean actorIsErased() {
		return this.actor.equals(NO_ACTOR) && isZero(0, EntryHash.SALT_LENGTH / 2);
	}

	boolean dataIsErased() {
		return this.data.equals(NO_DATA) && isZero(EntryHash.SALT_LENGTH / 2, EntryHash.SALT_LENGTH);
	}

	private boolean isZero(int from, int to) {
		return Arrays.equals(this.salt, from, to, new byte[to - from], 0, to - from);
	}

	private static @Nullable CanonicalJson json(CopyRow row) {
		String text = row.json();
		return (text != null) ? CanonicalJson.parseStored(text) : null;
	}

	private static @Nullable String text(@Nullable UUID id) {
		return (id != null) ? id.toString() : null;
	}

	private static byte[] orNone(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes : NONE;
	}

	private static @Nullable String format(@Nullable Instant instant) {
		return (instant != null) ? Timestamps.format(instant) : null;
	}

}
