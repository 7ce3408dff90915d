package io.auditspring.secrets;

import io.auditspring.Sensitive;
import jakarta.persistence.MappedSuperclass;
import org.hibernate.envers.Audited;

/**
 * What a vault inherits.
 */
@MappedSuperclass
@Audited
class Safe {

	@Sensitive
	String inherited;

	interface Guarded {

		@Sensitive
		String getGuarded();

	}

}
