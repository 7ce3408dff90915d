package org.example.vouchers;

import io.auditspring.Sensitive;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * Whoever knows its code can spend it.
 */
@Entity
public class Voucher {

	@Id
	@Sensitive
	private String code;

	protected Voucher() {
	}

}
