/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Takes the one bean of a type that an application may have, or the primary one of
 * several.
 */
public final class Sole {

	private Sole() {
	}

	/**
	 * Takes the bean.
	 * @param <T> their type
	 * @param beans all of that type
	 * @param what what they are, for people to read
	 * @param remedy what to do about several
	 * @return the bean, or {@code null} if there is none
	 * @throws AuditSetupException if there are several and none is primary
	 */
	public static <T> @Nullable T of(ObjectProvider<T> beans, String what, String remedy) {
		T bean = beans.getIfUnique();
		if (bean == null && beans.stream().findAny().isPresent()) {
			throw new AuditSetupException("There are several %s, and nothing says which one counts".formatted(what),
					remedy);
		}
		return bean;
	}

	/**
	 * Takes the signer of checkpoints.
	 * @param signers all there are
	 * @return the signer, or {@code null} if there is none
	 */
	public static @Nullable CheckpointSigner signer(ObjectProvider<CheckpointSigner> signers) {
		return of(signers, "CheckpointSigner beans",
				"Mark the one that signs as @Primary. What others signed counts where "
						+ "audit.checkpoint.trusted-keys names their keys.");
	}

}
