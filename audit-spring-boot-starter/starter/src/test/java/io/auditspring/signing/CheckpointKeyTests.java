/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances that start at the same time, where there is no key yet.
 */
class CheckpointKeyTests {

	private static final int INSTANCES = 8;

	@TempDir
	Path directory;

	@Test
	void instancesThatStartTogetherSignWithOneKey() throws Exception {
		ExecutorService instances = Executors.newFixedThreadPool(INSTANCES);
		try {
			for (int start = 0; start < 20; start++) {
				Path key = this.directory.resolve("start-" + start).resolve("key.pem");
				CheckpointProperties properties = new Binder(
						new MapConfigurationPropertySource(Map.of("audit.checkpoint.generate-key", "true",
								"audit.checkpoint.private-key-location", key.toUri().toString())))
					.bind("audit.checkpoint", CheckpointProperties.class)
					.get();
				CyclicBarrier together = new CyclicBarrier(INSTANCES);
				List<Future<String>> keys = new ArrayList<>();
				for (int instance = 0; instance < INSTANCES; instance++) {
					keys.add(instances.submit(() -> {
						together.await();
						return HexFormat.of().formatHex(new CheckpointKey(properties).signer("shop").publicKey());
					}));
				}
				String first = keys.get(0).get();
				for (Future<String> other : keys) {
					assertThat(other.get()).isEqualTo(first);
				}
				try (Stream<Path> files = Files.list(key.getParent())) {
					assertThat(files).containsExactly(key);
				}
			}
		}
		finally {
			instances.shutdownNow();
		}
	}

}
