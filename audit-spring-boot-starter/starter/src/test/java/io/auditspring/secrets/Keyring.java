package io.auditspring.secrets;

import java.net.URI;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Converter;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.envers.Audited;

/**
 * Refers to what keeps a secret and may not be loaded.
 */
@Entity
@Audited
class Keyring {

	@Id
	int id = 1;

	@ManyToOne(fetch = FetchType.LAZY, cascade = CascadeType.ALL)
	Smith smith;

	static Keyring of(String secret) {
		Keyring ring = new Keyring();
		ring.smith = new Smith(secret);
		return ring;
	}

	public Smith getSmith() {
		return this.smith;
	}

	@Entity(name = "Smith")
	@Audited
	static class Smith {

		@Id
		int id = 1;

		String passwordHash;

		URI home;

		Smith() {
		}

		Smith(String secret) {
			this.passwordHash = secret;
			this.home = URI.create("https://" + secret);
		}

		public String getPasswordHash() {
			return this.passwordHash;
		}

		public URI getHome() {
			return this.home;
		}

	}

	@Converter(autoApply = true)
	static class HomeCipher implements AttributeConverter<URI, String> {

		@Override
		public String convertToDatabaseColumn(URI plain) {
			return (plain != null) ? new StringBuilder(plain.toString()).reverse().toString() : null;
		}

		@Override
		public URI convertToEntityAttribute(String column) {
			return (column != null) ? URI.create(new StringBuilder(column).reverse().toString()) : null;
		}

	}

}
