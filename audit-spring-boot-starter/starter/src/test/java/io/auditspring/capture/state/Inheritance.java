package io.auditspring.capture.state;

import java.util.List;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.InheritanceType;
import org.hibernate.envers.Audited;

/**
 * Hierarchies of entities: the target's type is that of the concrete entity.
 */
final class Inheritance {

	private Inheritance() {
	}

	static List<Example> examples() {
		return List.of(singleTable(), joined(), tablePerClass());
	}

	private static Example singleTable() {
		return Example.of("Single table")
			.mapping("class Vehicle { @Id long id; int wheels; } class Truck extends Vehicle { int load; }")
			.given(new Truck(1))
			.call((entityManager) -> ((Truck) entityManager.find(Vehicle.class, 1)).load = 20)
			.updates("Truck", 1, "{'id': 1, 'wheels': 4, 'load': 10}", "{'id': 1, 'wheels': 4, 'load': 20}",
					"{'load': {'from': 10, 'to': 20}}")
			.build();
	}

	private static Example joined() {
		return Example.of("Joined")
			.given(new Cat(1))
			.call((entityManager) -> entityManager.find(Animal.class, 1).name = "Mia")
			.updates("Cat", 1, "{'id': 1, 'name': 'Tom', 'lives': 9}", "{'id': 1, 'name': 'Mia', 'lives': 9}",
					"{'name': {'from': 'Tom', 'to': 'Mia'}}")
			.build();
	}

	private static Example tablePerClass() {
		return Example.of("Table per class")
			.given(new Card(1))
			.call((entityManager) -> entityManager.remove(entityManager.find(Payment.class, 1)))
			.deletes("Card", 1, "{'id': 1, 'amount': 5, 'holder': 'Ann'}")
			.build();
	}

	@Entity
	@Audited
	@jakarta.persistence.Inheritance(strategy = InheritanceType.SINGLE_TABLE)
	static class Vehicle {

		@Id
		long id;

		int wheels = 4;

	}

	@Entity
	@Audited
	static class Truck extends Vehicle {

		int load = 10;

		Truck() {
		}

		Truck(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@jakarta.persistence.Inheritance(strategy = InheritanceType.JOINED)
	abstract static class Animal {

		@Id
		long id;

		String name = "Tom";

	}

	@Entity
	@Audited
	static class Cat extends Animal {

		int lives = 9;

		Cat() {
		}

		Cat(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@jakarta.persistence.Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
	abstract static class Payment {

		@Id
		long id;

		int amount = 5;

	}

	@Entity
	@Audited
	static class Card extends Payment {

		String holder = "Ann";

		Card() {
		}

		Card(long id) {
			this.id = id;
		}

	}

}
