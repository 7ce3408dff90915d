/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

/**
 * The columns of the two files, called as in {@code audit_log}. Texts of ids and JSON are
 * the canonical ones, so that what is hashed needs no conversion.
 */
final class Columns {

	/** What the entry hash is made of, with the digests of the groups; never changed. */
	static final String CORE = """
			seq bigint, id varchar, recorded_at timestamptz, occurred_at timestamptz, service varchar, tenant varchar,
			operation_id varchar, action varchar, category varchar, severity varchar, outcome varchar,
			actor_type varchar, target_type varchar, target_id varchar, revision bigint, duration_micros bigint,
			trace_id varchar, actor_digest blob, data_digest blob, hash blob
			""";

	/** The groups, which can be erased. */
	static final String PAYLOAD = """
			seq bigint, actor_erased boolean, data_erased boolean, salt blob,
			actor_id varchar, actor_name varchar, impersonator_id varchar, ip_address varchar, user_agent varchar,
			session_id varchar, device_fingerprint varchar, geolocation varchar,
			target_name varchar, message varchar, justification varchar, error varchar, before_state varchar,
			after_state varchar, changes varchar, metadata varchar, related varchar
			""";

	static final String CORE_TABLE = "core";

	static final String PAYLOAD_TABLE = "payload";

	/** How many entries are read and checked at once. */
	static final int ROW_GROUP = 65_536;

	private Columns() {
	}

	/**
	 * How a file is written.
	 * @return the options of COPY
	 */
	static String copyOptions() {
		return "(format parquet, compression zstd, parquet_version v2, row_group_size %s)".formatted(ROW_GROUP);
	}

	/**
	 * The names of columns, with times as microseconds since 1970.
	 * @param columns the columns
	 * @return a select list
	 */
	static String select(String columns) {
		StringBuilder list = new StringBuilder();
		for (String column : columns.split(",")) {
			String[] nameAndType = column.strip().split(" ");
			list.append(list.isEmpty() ? "" : ", ")
				.append(nameAndType[1].equals("timestamptz") ? "epoch_us(%s)".formatted(nameAndType[0])
						: nameAndType[0]);
		}
		return list.toString();
	}

}
