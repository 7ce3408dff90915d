package io.auditspring.capture.state;

import java.io.Serializable;
import java.util.List;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToOne;
import org.hibernate.envers.Audited;

/**
 * Identifiers of every kind.
 */
final class Identifiers {

	private Identifiers() {
	}

	static List<Example> examples() {
		return List.of(embeddedId(), idClass(), idClassWithReference(), derivedId());
	}

	private static Example embeddedId() {
		return Example.of("`@EmbeddedId`: the target's id is canonical JSON")
			.mapping("@EmbeddedId SeatKey key; @Embeddable class SeatKey { String letter; int number; }")
			.given(new Seat(new SeatKey("B", 12)))
			.call((entityManager) -> entityManager.find(Seat.class, new SeatKey("B", 12)).passenger = "Ann")
			.updates("Seat", "{\"letter\":\"B\",\"number\":12}",
					"{'key': {'letter': 'B', 'number': 12}, 'passenger': null}",
					"{'key': {'letter': 'B', 'number': 12}, 'passenger': 'Ann'}",
					"{'passenger': {'from': null, 'to': 'Ann'}}")
			.build();
	}

	private static Example idClass() {
		return Example.of("`@IdClass`")
			.mapping("@IdClass(RoomKey.class) class Room { @Id String building; @Id int number; String purpose; }")
			.given(new Room("B", 7))
			.call((entityManager) -> entityManager.find(Room.class, new RoomKey("B", 7)).purpose = "lab")
			.updates("Room", "{\"building\":\"B\",\"number\":7}", "{'building': 'B', 'number': 7, 'purpose': null}",
					"{'building': 'B', 'number': 7, 'purpose': 'lab'}", "{'purpose': {'from': null, 'to': 'lab'}}")
			.build();
	}

	private static Example idClassWithReference() {
		return Example.of("A reference within the identifier")
			.mapping("@IdClass(DeskKey.class) class Desk { @Id @ManyToOne Floor floor; @Id int place; String owner; }")
			.given((entityManager) -> {
				Floor floor = new Floor(3);
				entityManager.persist(floor);
				entityManager.persist(new Desk(floor, 5));
			})
			.call((entityManager) -> entityManager.find(Desk.class, new DeskKey(3, 5)).owner = "Ann")
			.updates("Desk", "{\"floor\":3,\"place\":5}", "{'floor': 3, 'place': 5, 'owner': null}",
					"{'floor': 3, 'place': 5, 'owner': 'Ann'}", "{'owner': {'from': null, 'to': 'Ann'}}")
			.build();
	}

	private static Example derivedId() {
		return Example.of("`@MapsId`")
			.mapping("class FloorPlan { @Id Long id; @OneToOne @MapsId Floor floor; String drawing; }")
			.given(new Floor(4))
			.call((entityManager) -> entityManager.persist(new FloorPlan(entityManager.find(Floor.class, 4))))
			.inserts("FloorPlan", 4, "{'id': 4, 'floor': 4, 'drawing': 'd'}")
			.build();
	}

	@Embeddable
	static class SeatKey implements Serializable {

		String letter;

		int number;

		SeatKey() {
		}

		SeatKey(String letter, int number) {
			this.letter = letter;
			this.number = number;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof SeatKey key && key.number == this.number && key.letter.equals(this.letter);
		}

		@Override
		public int hashCode() {
			return this.number;
		}

	}

	@Entity
	@Audited
	static class Seat {

		@EmbeddedId
		SeatKey key;

		String passenger;

		Seat() {
		}

		Seat(SeatKey key) {
			this.key = key;
		}

	}

	static class RoomKey implements Serializable {

		String building;

		int number;

		RoomKey() {
		}

		RoomKey(String building, int number) {
			this.building = building;
			this.number = number;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof RoomKey key && key.number == this.number && key.building.equals(this.building);
		}

		@Override
		public int hashCode() {
			return this.number;
		}

	}

	@Entity
	@Audited
	@IdClass(RoomKey.class)
	static class Room {

		@Id
		String building;

		@Id
		int number;

		String purpose;

		Room() {
		}

		Room(String building, int number) {
			this.building = building;
			this.number = number;
		}

	}

	@Entity
	@Audited
	static class Floor {

		@Id
		long id;

		Floor() {
		}

		Floor(long id) {
			this.id = id;
		}

	}

	static class DeskKey implements Serializable {

		long floor;

		int place;

		DeskKey() {
		}

		DeskKey(long floor, int place) {
			this.floor = floor;
			this.place = place;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof DeskKey key && key.floor == this.floor && key.place == this.place;
		}

		@Override
		public int hashCode() {
			return this.place;
		}

	}

	@Entity
	@Audited
	@IdClass(DeskKey.class)
	static class Desk {

		@Id
		@ManyToOne
		Floor floor;

		@Id
		int place;

		String owner;

		Desk() {
		}

		Desk(Floor floor, int place) {
			this.floor = floor;
			this.place = place;
		}

	}

	@Entity
	@Audited
	static class FloorPlan {

		@Id
		Long id;

		@OneToOne
		@MapsId
		Floor floor;

		String drawing = "d";

		FloorPlan() {
		}

		FloorPlan(Floor floor) {
			this.floor = floor;
		}

	}

}
