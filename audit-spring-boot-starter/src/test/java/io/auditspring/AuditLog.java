package io.auditspring;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import org.awaitility.Awaitility;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Looks at the ledger the way an outsider would: with SQL.
 */
public final class AuditLog {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final JdbcTemplate jdbc;

	private final String schema;

	public AuditLog(DataSource dataSource) {
		this(dataSource, "audit");
	}

	public AuditLog(DataSource dataSource, String schema) {
		this.jdbc = new JdbcTemplate(dataSource);
		this.schema = schema;
	}

	/**
	 * Waits until nothing is staged, and the ledger holds so many entries.
	 * @param count how many
	 * @return the entries in their order; JSON columns as text
	 */
	public List<Map<String, Object>> await(int count) {
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> count() >= count);
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> staged() == 0);
		List<Map<String, Object>> entries = entries();
		if (entries.size() != count) {
			throw new AssertionError("Expected " + count + " entries, found: " + entries);
		}
		return entries;
	}

	/**
	 * Waits until nothing is staged.
	 * @return how many entries the ledger holds then
	 */
	public int settled() {
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> staged() == 0);
		return (int) count();
	}

	public List<Map<String, Object>> entries() {
		return entriesAfter(0);
	}

	/**
	 * The entries but the first ones.
	 * @param count how many to leave out
	 * @return the others in their order; JSON columns as text
	 */
	public List<Map<String, Object>> entriesAfter(int count) {
		return this.jdbc.queryForList("""
				select seq, id, operation_id, actor_type, actor_id, actor_name, action, category, severity, outcome,
					target_type, target_id, target_name, related::text, message, justification, error,
					before_state::text, after_state::text, changes::text, metadata::text, host(ip_address) as ip,
					user_agent, session_id, device_fingerprint, geolocation::text, trace_id, revision, duration_micros,
					service
				from %s.audit_log
				order by chain, seq
				offset ?
				""".formatted(this.schema), count);
	}

	public long count() {
		return number("select count(*) from %s.audit_log");
	}

	public long staged() {
		return number("select count(*) from %s.audit_outbox");
	}

	private long number(String sql) {
		Long number = this.jdbc.queryForObject(sql.formatted(this.schema), Long.class);
		return (number != null) ? number : 0;
	}

	public JdbcTemplate jdbc() {
		return this.jdbc;
	}

}
