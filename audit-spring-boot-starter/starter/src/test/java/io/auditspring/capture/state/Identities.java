package io.auditspring.capture.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import jakarta.persistence.CascadeType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import org.hibernate.envers.Audited;

/**
 * Entities that are easily taken for each other.
 */
final class Identities {

	private Identities() {
	}

	@Embeddable
	static class PurseKey implements Serializable {

		String bank;

		String accountNumber;

		PurseKey() {
		}

		PurseKey(String bank, String accountNumber) {
			this.bank = bank;
			this.accountNumber = accountNumber;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof PurseKey key && key.bank.equals(this.bank)
					&& key.accountNumber.equals(this.accountNumber);
		}

		@Override
		public int hashCode() {
			return this.accountNumber.hashCode();
		}

		@Override
		public String toString() {
			return this.bank + "/" + this.accountNumber;
		}

	}

	@Entity
	@Audited
	static class Purse {

		@EmbeddedId
		PurseKey key;

		int amount;

		Purse() {
		}

		Purse(PurseKey key, int amount) {
			this.key = key;
			this.amount = amount;
		}

	}

	record BadgeKey(String site, String pin) implements Serializable {

	}

	@Entity
	@Audited
	@IdClass(BadgeKey.class)
	static class Badge {

		@Id
		String site;

		@Id
		String pin;

		int amount;

		Badge() {
		}

		Badge(BadgeKey key, int amount) {
			this.site = key.site();
			this.pin = key.pin();
			this.amount = amount;
		}

	}

	@Embeddable
	record Spot(String line, int place) implements Serializable {

	}

	@Entity
	@Audited
	static class Stool {

		@EmbeddedId
		Spot spot;

		int amount;

		Stool() {
		}

		Stool(Spot spot, int amount) {
			this.spot = spot;
			this.amount = amount;
		}

	}

	@Entity
	@Audited
	static class Voucher {

		@Id
		String token;

		int amount;

		Voucher() {
		}

		Voucher(String token, int amount) {
			this.token = token;
			this.amount = amount;
		}

	}

	/**
	 * Refers to what must not be told.
	 */
	@Entity
	@Audited
	static class Wallet {

		@Id
		long id;

		// Of a proxy with an embedded identifier Envers writes null.
		@ManyToOne
		Purse purse;

		@ManyToOne(fetch = FetchType.LAZY)
		Voucher voucher;

		@ElementCollection
		Map<PurseKey, Integer> limits = new HashMap<>();

		int amount;

		Wallet() {
		}

		Wallet(long id) {
			this.id = id;
		}

	}

	static final class Ordering {

		@Entity
		@Audited
		static class Row {

			@Id
			long id;

			int amount;

			Row() {
			}

			Row(long id, int amount) {
				this.id = id;
				this.amount = amount;
			}

		}

	}

	static final class Billing {

		@Entity
		@Audited
		static class Row {

			@Id
			long id;

			int amount;

			Row() {
			}

			Row(long id, int amount) {
				this.id = id;
				this.amount = amount;
			}

		}

	}

	@Entity
	@Audited
	@Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
	static class Craft {

		@Id
		long id;

		int amount;

	}

	@Entity
	@Audited
	static class Boat extends Craft {

		Boat() {
		}

		Boat(long id, int amount) {
			this.id = id;
			this.amount = amount;
		}

	}

	@Entity
	@Audited
	static class Glider extends Craft {

		Glider() {
		}

		Glider(long id, int amount) {
			this.id = id;
			this.amount = amount;
		}

	}

	/**
	 * Equal by a business key that need not be unique.
	 */
	@Entity
	@Audited
	static class Guild {

		@Id
		long id;

		String name = "g";

		@OneToMany(mappedBy = "guild", cascade = CascadeType.REMOVE)
		List<Fellow> fellows = new ArrayList<>();

		Guild() {
		}

		Guild(long id) {
			this.id = id;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Guild guild && Objects.equals(this.name, guild.name);
		}

		@Override
		public int hashCode() {
			return Objects.hashCode(this.name);
		}

	}

	@Entity
	@Audited
	static class Fellow {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Guild guild;

		Fellow() {
		}

		Fellow(long id, Guild guild) {
			this.id = id;
			this.guild = guild;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Fellow;
		}

		@Override
		public int hashCode() {
			return 1;
		}

	}

	/**
	 * Equal by all that it holds.
	 */
	@Entity
	@Audited
	static class Gadget {

		@Id
		Long id;

		Integer amount;

		Gadget() {
		}

		Gadget(Long id, Integer amount) {
			this.id = id;
			this.amount = amount;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Gadget gadget && Objects.equals(this.id, gadget.id)
					&& Objects.equals(this.amount, gadget.amount);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.id, this.amount);
		}

		@Override
		public String toString() {
			return "Gadget(id=" + this.id + ", amount=" + this.amount + ")";
		}

	}

	interface Purchase {

	}

	static final class Staff {

		@Entity
		@Audited
		static class Worker {

			@Id
			long id;

			Worker() {
			}

			Worker(long id) {
				this.id = id;
			}

		}

		@Entity
		@Audited
		static class Manager extends Worker {

			Manager() {
			}

			Manager(long id) {
				super(id);
			}

		}

	}

	/**
	 * Without entries of its own.
	 */
	static final class Clientele {

		@Entity
		static class Worker {

			@Id
			long id;

			Worker() {
			}

			Worker(long id) {
				this.id = id;
			}

		}

	}

	@Entity(name = "orders")
	@Audited
	static class Order implements Purchase {

		@Id
		long id;

		Order() {
		}

		Order(long id) {
			this.id = id;
		}

	}

}
