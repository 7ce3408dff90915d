package io.auditspring.voucher;

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

	public Voucher(String code) {
		this.code = code;
	}

	public String getCode() {
		return this.code;
	}

}
