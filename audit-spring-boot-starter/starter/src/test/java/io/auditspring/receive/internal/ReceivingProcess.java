/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A centre that receives, in a process of its own, so that it can be killed and frozen.
 */
final class ReceivingProcess implements AutoCloseable {

	private final Process process;

	private ReceivingProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts one.
	 * @param lab what it receives, and where to
	 * @param pem the key by which it signs receipts
	 * @param log where its output goes
	 */
	static ReceivingProcess start(ReceivingLab lab, String pem, File log) {
		try {
			Path arguments = Files.createTempFile("receiving", ".args");
			arguments.toFile().deleteOnExit();
			Files.writeString(arguments,
					"-cp \"%s\"".formatted(System.getProperty("java.class.path").replace("\\", "\\\\")));
			return new ReceivingProcess(
					new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
							"-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "@" + arguments,
							ReceivingProcess.class.getName(), url(lab.source.dataSource()), url(lab.receiving), pem))
						.redirectErrorStream(true)
						.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
						.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String url(DataSource database) {
		PGSimpleDataSource simple = (PGSimpleDataSource) database;
		return simple.getUrl() + (simple.getUrl().contains("?") ? "&" : "?") + "user=" + simple.getUser();
	}

	public static void main(String[] arguments) throws InterruptedException {
		LedgerDatabase source = LedgerDatabase.at(arguments[0]);
		LedgerDatabase centre = LedgerDatabase.at(arguments[1]);
		ReceivingStatistics statistics = new ReceivingStatistics();
		JdbcSource jdbc = new JdbcSource("orders", source.dataSource(), source.schema(), List.of(),
				new BundleReceiver(centre.dataSource(), centre.schema(), () -> Entries.entries(1).get(0), statistics),
				statistics, new Receipts(centre.dataSource(), centre.schema(),
						Ed25519Signer.ofPem("centre", arguments[2]), null, false));
		while (true) {
			jdbc.tryToReceive(() -> true);
			Thread.sleep(10);
		}
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** As a crash would: at once. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			int status = new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).inheritIO()
				.start()
				.waitFor();
			if (status != 0) {
				throw new IllegalStateException("kill -" + name + " failed");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	static String log(File log) {
		try {
			return Files.readString(log.toPath(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
