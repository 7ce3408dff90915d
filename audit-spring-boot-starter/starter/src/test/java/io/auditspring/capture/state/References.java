package io.auditspring.capture.state;

import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.Version;
import org.hibernate.envers.Audited;
import org.hibernate.envers.RelationTargetAuditMode;

/**
 * References to other entities.
 */
final class References {

	private References() {
	}

	static List<Example> examples() {
		return List.of(toOne(), targetNotAudited(), oneToOne(), cascade(), orphan(), movedChild(), removedParent());
	}

	private static Example toOne() {
		return Example.of("A reference is the other's identifier")
			.mapping("@ManyToOne(fetch = LAZY) Team team;")
			.given((entityManager) -> {
				Team red = new Team(1);
				entityManager.persist(red);
				entityManager.persist(new Team(2));
				entityManager.persist(new Member(1, red));
			})
			.call((entityManager) -> entityManager.find(Member.class, 1).team = entityManager.getReference(Team.class,
					2))
			.updates("Member", 1, "{'id': 1, 'team': 1, 'country': null}", "{'id': 1, 'team': 2, 'country': null}",
					"{'team': {'from': 1, 'to': 2}}")
			.build();
	}

	private static Example targetNotAudited() {
		return Example.of("A reference to something that is not audited")
			.mapping("@Audited(targetAuditMode = NOT_AUDITED) @ManyToOne Country country;")
			.given(new Country("DE"), new Member(2, null))
			.call((entityManager) -> entityManager.find(Member.class, 2).country = entityManager
				.getReference(Country.class, "DE"))
			.updates("Member", 2, "{'id': 2, 'team': null, 'country': null}",
					"{'id': 2, 'team': null, 'country': 'DE'}", "{'country': {'from': null, 'to': 'DE'}}")
			.build();
	}

	private static Example oneToOne() {
		return Example.of("One to one, from both sides")
			.mapping("""
					@Entity class Captain { @OneToOne Ship ship; }
					@Entity class Ship { @OneToOne(mappedBy = "ship") Captain captain; }""")
			.given(new Ship(1))
			.call((entityManager) -> {
				Ship ship = entityManager.find(Ship.class, 1);
				ship.captain = new Captain(7, ship);
				entityManager.persist(ship.captain);
				ship.name = "Argo";
			})
			.inserts("Captain", 7, "{'id': 7, 'ship': 1}")
			.updates("Ship", 1, "{'id': 1, 'name': null, 'captain': null}", "{'id': 1, 'name': 'Argo', 'captain': 7}",
					"""
							{'name': {'from': null, 'to': 'Argo'},
							'captain': {'from': null, 'to': 7}}""")
			.build();
	}

	private static Example cascade() {
		return Example.of("A new child changes its parent's collection, so the parent has an entry, as in Envers")
			.mapping(
					"""
							@Entity class Parent { @OneToMany(mappedBy = "parent", cascade = ALL, orphanRemoval = true) List<Child> children; }
							@Entity class Child { @ManyToOne Parent parent; }""")
			.given(parent(1, 11))
			.call((entityManager) -> {
				Parent parent = entityManager.find(Parent.class, 1);
				parent.children.size();
				parent.children.size();
				parent.children.add(new Child(12, parent));
			})
			.inserts("Child", 12, "{'id': 12, 'parent': 1}")
			.updates("Parent", 1, "{'id': 1, 'children': [11]}", "{'id': 1, 'children': [11, 12]}",
					"{'children': {'from': [11], 'to': [11, 12]}}")
			.build();
	}

	private static Example orphan() {
		return Example.of("Orphan removal")
			.given(parent(2, 21, 22))
			.call((entityManager) -> entityManager.find(Parent.class, 2).children.removeIf((child) -> child.id == 21))
			.deletes("Child", 21, "{'id': 21, 'parent': 2}")
			.updates("Parent", 2, "{'id': 2, 'children': [21, 22]}", "{'id': 2, 'children': [22]}",
					"{'children': {'from': [21, 22], 'to': [22]}}")
			.build();
	}

	private static Example movedChild() {
		return Example.of("A collection that nobody loaded is not loaded for the trail").given((entityManager) -> {
			entityManager.persist(parent(3, 31));
			entityManager.persist(parent(4));
		})
			.call((entityManager) -> entityManager.find(Child.class, 31).parent = entityManager.find(Parent.class, 4))
			.updates("Child", 31, "{'id': 31, 'parent': 3}", "{'id': 31, 'parent': 4}",
					"{'parent': {'from': 3, 'to': 4}}")
			.updates("Parent", 3, "{'id': 3}", "{'id': 3}", "{'children': {}}")
			.updates("Parent", 4, "{'id': 4}", "{'id': 4}", "{'children': {}}")
			.build();
	}

	private static Example removedParent() {
		return Example.of("Cascaded removal")
			.given(parent(5, 51))
			.call((entityManager) -> entityManager.remove(entityManager.find(Parent.class, 5)))
			.deletes("Child", 51, "{'id': 51, 'parent': 5}")
			.deletes("Parent", 5, "{'id': 5, 'children': [51]}")
			.build();
	}

	private static Parent parent(long id, long... children) {
		Parent parent = new Parent(id);
		for (long child : children) {
			parent.children.add(new Child(child, parent));
		}
		return parent;
	}

	@Entity
	@Audited
	static class Team {

		@Id
		long id;

		Team() {
		}

		Team(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Member {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Team team;

		@ManyToOne(fetch = FetchType.LAZY)
		@Audited(targetAuditMode = RelationTargetAuditMode.NOT_AUDITED)
		Country country;

		Member() {
		}

		Member(long id, Team team) {
			this.id = id;
			this.team = team;
		}

	}

	@Entity
	static class Country {

		@Id
		String code;

		Country() {
		}

		Country(String code) {
			this.code = code;
		}

	}

	@Entity
	@Audited
	static class Captain {

		@Id
		long id;

		@OneToOne
		Ship ship;

		Captain() {
		}

		Captain(long id, Ship ship) {
			this.id = id;
			this.ship = ship;
		}

	}

	@Entity
	@Audited
	static class Ship {

		@Id
		long id;

		String name;

		@OneToOne(mappedBy = "ship")
		Captain captain;

		Ship() {
		}

		Ship(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Parent {

		@Id
		long id;

		@Version
		Integer version;

		@OneToMany(mappedBy = "parent", cascade = CascadeType.ALL, orphanRemoval = true)
		List<Child> children = new ArrayList<>();

		Parent() {
		}

		Parent(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Child {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Parent parent;

		Child() {
		}

		Child(long id, Parent parent) {
			this.id = id;
			this.parent = parent;
		}

	}

}
