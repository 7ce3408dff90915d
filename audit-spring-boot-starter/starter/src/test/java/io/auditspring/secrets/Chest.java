package io.auditspring.secrets;

import java.io.Serializable;

import io.auditspring.Sensitive;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import org.hibernate.annotations.Struct;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;

/**
 * Keeps secrets in an identifier of several parts, and in a column that has parts itself.
 */
@Entity
@Audited
@IdClass(Chest.ChestId.class)
class Chest {

	@Id
	@Sensitive
	String engraving;

	@Id
	String token;

	@Id
	int place;

	@NotAudited
	Hasp hasp;

	int changes;

	Chest() {
	}

	static Chest of(String secret, int place) {
		Chest chest = new Chest();
		chest.engraving = secret;
		chest.token = secret;
		chest.place = place;
		chest.hasp = new Hasp("iron", secret, secret);
		return chest;
	}

	public String getEngraving() {
		return this.engraving;
	}

	public String getToken() {
		return this.token;
	}

	public int getPlace() {
		return this.place;
	}

	public Hasp getHasp() {
		return this.hasp;
	}

	ChestId id() {
		ChestId id = new ChestId();
		id.engraving = this.engraving;
		id.token = this.token;
		id.place = this.place;
		return id;
	}

	static class ChestId implements Serializable {

		private static final long serialVersionUID = 1L;

		String engraving;

		String token;

		int place;

		public String getEngraving() {
			return this.engraving;
		}

		public String getToken() {
			return this.token;
		}

		public int getPlace() {
			return this.place;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof ChestId id && this.engraving.equals(id.engraving) && this.token.equals(id.token)
					&& this.place == id.place;
		}

		@Override
		public int hashCode() {
			return this.place;
		}

		@Override
		public String toString() {
			return this.engraving + this.token + this.place;
		}

	}

	@Embeddable
	@Struct(name = "hasp")
	static class Hasp {

		String metal;

		@Sensitive
		String word;

		String password;

		Hasp() {
		}

		Hasp(String metal, String word, String password) {
			this.metal = metal;
			this.word = word;
			this.password = password;
		}

		public String getMetal() {
			return this.metal;
		}

		public String getWord() {
			return this.word;
		}

		public String getPassword() {
			return this.password;
		}

		@Override
		public String toString() {
			return this.metal + this.word + this.password;
		}

	}

}
