/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Keeps an archive in a bucket of S3, or of a store that understands it, conditional
 * writes ({@code If-None-Match}) included. The user of the client needs the permissions
 * {@code s3:PutObject}, {@code s3:GetObject}, {@code s3:ListBucket}, and, where something
 * is erased, {@code s3:DeleteObject}, {@code s3:ListBucketVersions} and
 * {@code s3:DeleteObjectVersion}.
 *
 * @since 0.1.0
 */
public final class S3ArchiveStore implements ArchiveStore {

	private static final int PRECONDITION_FAILED = 412;

	private static final int CONFLICT = 409;

	private static final int NOT_IMPLEMENTED = 501;

	private static final int ATTEMPTS = 5;

	private final S3Client client;

	private final String bucket;

	private final String prefix;

	/**
	 * Creates a store.
	 * @param client reaches the bucket; it stays open
	 * @param bucket the bucket
	 * @param prefix what the names of the objects begin with, such as {@code audit/};
	 * empty for none
	 */
	public S3ArchiveStore(S3Client client, String bucket, String prefix) {
		this.client = client;
		this.bucket = bucket;
		this.prefix = prefix;
	}

	@Override
	public boolean putIfAbsent(String name, Path content) throws IOException {
		for (int attempt = 1;; attempt++) {
			try {
				this.client.putObject((put) -> put.bucket(this.bucket).key(key(name)).ifNoneMatch("*"),
						RequestBody.fromFile(content));
				return true;
			}
			catch (S3Exception ex) {
				if (ex.statusCode() == PRECONDITION_FAILED) {
					return false;
				}
				// Somebody else writes it at this moment; whose it is shows the next
				// time.
				if (ex.statusCode() != CONFLICT || attempt == ATTEMPTS) {
					throw failed("kept", name, ex);
				}
			}
			catch (SdkException ex) {
				throw failed("kept", name, ex);
			}
		}
	}

	@Override
	public InputStream read(String name) throws IOException {
		try {
			return this.client.getObject((get) -> get.bucket(this.bucket).key(key(name)));
		}
		catch (NoSuchKeyException ex) {
			NoSuchFileException missing = new NoSuchFileException(name);
			missing.initCause(ex);
			throw missing;
		}
		catch (SdkException ex) {
			throw failed("read", name, ex);
		}
	}

	@Override
	public List<String> list() throws IOException {
		return list("");
	}

	@Override
	public List<String> list(String directory) throws IOException {
		try {
			return this.client.listObjectsV2Paginator((list) -> list.bucket(this.bucket).prefix(key(directory)))
				.contents()
				.stream()
				.map(S3Object::key)
				.map((key) -> key.substring(this.prefix.length()))
				.sorted()
				.toList();
		}
		catch (SdkException ex) {
			throw failed("listed", directory, ex);
		}
	}

	@Override
	public void delete(String name) throws IOException {
		String key = key(name);
		try {
			for (String version : versions(key)) {
				this.client.deleteObject((delete) -> delete.bucket(this.bucket).key(key).versionId(version));
			}
		}
		catch (SdkException ex) {
			if (ex instanceof S3Exception answer && answer.statusCode() == NOT_IMPLEMENTED) {
				deleteOnly(name, key);
				return;
			}
			throw failed("deleted with all its versions", name, ex);
		}
	}

	/** Where a store does not know versions, there is only one. */
	private void deleteOnly(String name, String key) throws IOException {
		try {
			this.client.deleteObject((delete) -> delete.bucket(this.bucket).key(key));
		}
		catch (SdkException ex) {
			throw failed("deleted", name, ex);
		}
	}

	/** What somebody deleted before is a version that is still there, under a marker. */
	private List<String> versions(String key) {
		List<String> versions = new ArrayList<>();
		for (ListObjectVersionsResponse page : this.client
			.listObjectVersionsPaginator((list) -> list.bucket(this.bucket).prefix(key))) {
			Stream.concat(
					page.versions().stream().filter((each) -> each.key().equals(key)).map((each) -> each.versionId()),
					page.deleteMarkers()
						.stream()
						.filter((each) -> each.key().equals(key))
						.map((each) -> each.versionId()))
				.forEach(versions::add);
		}
		return versions;
	}

	private String key(String name) {
		return this.prefix + name;
	}

	private IOException failed(String what, String name, SdkException ex) {
		return new IOException("'%s' cannot be %s in %s: %s".formatted(name, what, this, ex.getMessage()), ex);
	}

	@Override
	public String toString() {
		return "s3://" + this.bucket + "/" + this.prefix;
	}

}
