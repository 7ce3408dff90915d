/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.util.Objects;

import io.auditspring.AuditSetupException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires an archive in a bucket.
 */
final class S3ArchiveConfiguration {

	private static final String CLIENT = "software.amazon.awssdk.services.s3.S3Client";

	private S3ArchiveConfiguration() {
	}

	/**
	 * Where the SDK is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = CLIENT)
	@ConditionalOnProperty("audit.archive.s3.bucket")
	static final class WithSdk {

		/** The application's client, where it has one. */
		@Bean
		@ConditionalOnMissingBean(ArchiveStore.class)
		ArchiveStore auditArchiveStore(ArchiveProperties properties, ObjectProvider<S3Client> client) {
			ArchiveProperties.S3 place = Objects.requireNonNull(properties.s3());
			if (properties.directory() != null) {
				throw new AuditSetupException("audit.archive.directory and audit.archive.s3.bucket are both set",
						"Say by one of them where the archive is");
			}
			return new S3ArchiveStore(client.getIfUnique(() -> client(place)), place.bucket(),
					Objects.requireNonNullElse(place.prefix(), ""));
		}

		/** Checksums that not every store knows; each file is compared anyway. */
		private static S3Client client(ArchiveProperties.S3 place) {
			S3ClientBuilder builder = S3Client.builder()
				.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
				.responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
				.forcePathStyle(place.pathStyle());
			if (place.endpoint() != null) {
				builder.endpointOverride(place.endpoint());
			}
			if (place.region() != null) {
				builder.region(Region.of(place.region()));
			}
			return builder.build();
		}

	}

	/**
	 * Where it is not.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass(CLIENT)
	@ConditionalOnProperty("audit.archive.s3.bucket")
	static final class WithoutSdk {

		@Bean
		@ConditionalOnMissingBean(ArchiveStore.class)
		ArchiveStore auditArchiveStore() {
			throw new AuditSetupException("audit.archive.s3.bucket is set, but the AWS SDK is not there",
					"Add the dependency software.amazon.awssdk:s3, or set audit.archive.directory instead");
		}

	}

}
