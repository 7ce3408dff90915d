package io.auditspring.autoconfigure;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Takes the one bean of a type that an application may have, or the primary one of
 * several.
 */
final class Sole {

	private Sole() {
	}

	static <T> @Nullable T of(ObjectProvider<T> beans, String what, String remedy) {
		T bean = beans.getIfUnique();
		if (bean == null && beans.stream().findAny().isPresent()) {
			throw new AuditSetupException("There are several %s, and nothing says which one counts".formatted(what),
					remedy);
		}
		return bean;
	}

	static @Nullable CheckpointSigner signer(ObjectProvider<CheckpointSigner> signers) {
		return of(signers, "CheckpointSigner beans",
				"Mark the one that signs as @Primary. What others signed counts where "
						+ "audit.checkpoint.trusted-keys names their keys.");
	}

}
