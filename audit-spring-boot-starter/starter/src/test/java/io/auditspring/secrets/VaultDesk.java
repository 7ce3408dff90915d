package io.auditspring.secrets;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.auditspring.AuditContext;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.Sensitive;
import io.auditspring.secrets.Chest.Hasp;
import io.auditspring.secrets.Vault.Drawer;
import io.auditspring.secrets.Vault.Note;
import io.auditspring.secrets.Vault.Place;
import io.auditspring.secrets.Vault.Ssn;
import jakarta.persistence.EntityManager;
import org.hibernate.Hibernate;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.validation.BindException;
import org.springframework.validation.DirectFieldBindingResult;

/**
 * Audited calls that are given secrets.
 */
@Transactional
class VaultDesk {

	private final EntityManager entityManager;

	VaultDesk(EntityManager entityManager) {
		this.entityManager = entityManager;
	}

	public Keyring ring(int id, boolean complete) {
		Keyring ring = this.entityManager.find(Keyring.class, id);
		if (complete) {
			Hibernate.initialize(ring.smith);
		}
		return ring;
	}

	@Audited
	public void open(Keyring ring) {
		this.entityManager.persist(ring);
	}

	@Audited
	public void copy(Object original, String told) {
		throw new IllegalStateException("No copy: " + told);
	}

	@Audited(message = "#{#ring.smith.home} #{#ring.smith.passwordHash}")
	public void polish(Keyring ring) {
	}

	@Audited
	public Vault open(Vault vault) {
		this.entityManager.persist(vault);
		return vault;
	}

	@Audited(targetType = "Vault", targetId = "#vault", targetName = "#vault.onField", related = "Box:#vault.box",
			justification = "#vault.place", metadata = "{note: #vault.note, map: {token: #vault.onField}}",
			message = "#{#vault}, #{#vault.password}, #{#vault.getGuarded()}, #{#vault.converted}, #{#vault.sealed}, #{#vault.coded}, #{#vault.ssn}, "
					+ "#{#vault.note}, #{#vault.note.closed()}, #{#vault.byPlace}, #{#vault.byCipher}, #{#vault.bySsn}, #{#vault.places}, #{#result}")
	public Optional<Vault> change(Vault vault, String secret) {
		Vault stored = this.entityManager.merge(vault);
		stored.changes++;
		stored.onField = secret;
		stored.password = secret;
		stored.converted = secret;
		stored.transformed = secret;
		stored.sealed = secret;
		stored.coded = secret;
		stored.ssn = new Ssn(secret);
		stored.place = new Place(secret, "Bern");
		stored.places.add(new Place(secret, "Bern"));
		stored.byPlace.put(new Place(secret, "Bern"), "south");
		stored.byName.put("secret", secret);
		stored.byCipher.put(secret, "south");
		stored.bySsn.put(new Ssn(secret), "south");
		stored.note = new Note("open", secret, Map.of(), List.of());
		stored.box.opened++;
		AuditContext.current().target("Vault", stored).related("Place", stored.place).metadata("place", stored.place);
		return Optional.of(stored);
	}

	@Audited
	public void close(@AuditTarget("Vault") Vault vault) {
		this.entityManager.remove(this.entityManager.merge(vault));
	}

	@Audited(message = "#{#error.message}")
	public void refuse(Map<Place, Note> places, List<Object> more, @Sensitive Object secret, String password) {
		throw new IllegalArgumentException("Refused: " + places + more + secret + password);
	}

	@Audited(message = "#{#error.message}")
	public void reject(Place place) throws BindException {
		BindException failure = new BindException(new DirectFieldBindingResult(place, "place"));
		failure.rejectValue("street", "unknown");
		throw failure;
	}

	@Audited(message = "#{#drawer.content} #{#result}")
	public Drawer fill(Drawer drawer, @Sensitive String content) {
		Drawer stored = this.entityManager.merge(drawer);
		this.entityManager.flush();
		stored.content = content;
		return stored;
	}

	@Audited(targetType = "Locket", targetId = "#locket", related = "Locket:#locket.engraving",
			message = "#{#locket} #{#locket.phrase} #{#locket.nook} #{#letter} #{#letter.text} #{#oath} #{#result}")
	public Locket wear(Locket locket, Letter letter, Oath oath) {
		Locket stored = this.entityManager.merge(locket);
		this.entityManager.flush();
		stored.setPhrase(locket.getPhrase() + "-changed");
		stored.getNooks().add(new Nook(locket.getPhrase(), "Oslo"));
		return stored;
	}

	@Audited(targetType = "Trinket", targetId = "#trinket.engraving", targetName = "#trinket",
			message = "#{#trinket} #{#trinket.phrase} #{#trinket.motto} #{#trinket.nest} #{#trinket.toBuilder()} #{#letter} "
					+ "#{#letter.lazy} #{#builder} #{#doubly} #{#doubly.build()} #{#fluent} #{#fluent.word()} #{#result}")
	public Trinket adorn(Trinket trinket, Trinket.Missive letter, Trinket.Missive.MissiveBuilder builder,
			Trinket.Doubly.DoublyBuilder<?, ?> doubly, Trinket.Fluent fluent) {
		Trinket stored = this.entityManager.merge(trinket);
		this.entityManager.flush();
		stored.setPhrase(trinket.getPhrase() + "-changed");
		stored.getNests().add(new Trinket.Nest(trinket.getMotto(), "Oslo"));
		AuditContext.current().metadata("trinket", trinket).metadata("builder", builder).metadata("fluent", fluent);
		return stored;
	}

	@Audited(message = "#{#error.message}")
	public void drop(Trinket.Missive.MissiveBuilder builder, Trinket.Doubly.DoublyBuilder<?, ?> doubly,
			Trinket.Fluent fluent) {
		throw new IllegalStateException("Dropped " + builder + doubly + fluent);
	}

	@Audited(message = "#{#headers} #{#body} #{#properties} #{#entries} #{#matrix} #{#byKind} #{#entity} #{#result}")
	public ResponseEntity<Note> post(HttpHeaders headers, JsonNode body, Properties properties,
			List<Map.Entry<String, String>> entries, Object[][] matrix, Map<Kind, String> byKind,
			HttpEntity<Note> entity) {
		AuditContext.current()
			.metadata("headers", headers)
			.metadata("body", body)
			.metadata("properties", properties)
			.metadata("matrix", matrix)
			.metadata("byKind", byKind)
			.metadata("entity", entity);
		return ResponseEntity.ok().headers(headers).body(entity.getBody());
	}

	@Audited(message = "#{#body} #{#result}", metadata = "{said: #body}")
	public String hook(String body) {
		return body;
	}

	/**
	 * A key whose text is a masked name.
	 */
	enum Kind {

		PASSWORD

	}

	@Audited(message = "#{#result}")
	public CompletableFuture<Vault> later(CompletableFuture<Vault> vault) {
		return vault;
	}

	@Audited(targetType = "Vault", targetId = "#code", related = { "io.auditspring.secrets.Vault:#code" })
	public void look(@Sensitive String code) {
		AuditContext.current()
			.related("Vault", code)
			.related("Box", "{\"serial\": \"" + code.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
	}

	@Audited(targetType = "Chest", targetId = "#chest", targetName = "#result", related = "Chest:#chest",
			justification = "#chest.hasp", message = "#{#chest} #{#chest.hasp} " + "#{#chest.engraving} #{#result}")
	public Chest.ChestId lock(Chest chest, String secret) {
		Chest stored = this.entityManager.merge(chest);
		this.entityManager.flush();
		stored.hasp = new Hasp("gold", secret, secret);
		stored.changes++;
		AuditContext.current().related("Chest", stored.id()).metadata("chest", stored).metadata("hasp", stored.hasp);
		return stored.id();
	}

	@Audited
	public void burn(Chest.ChestId id) {
		this.entityManager.remove(this.entityManager.find(Chest.class, id));
	}

	@Audited(message = "#{#error.message}")
	public void curse(Supplier<String> unknown) {
		throw new IllegalStateException(
				"Refused: password=" + unknown.get() + ", Authorization: Bearer " + unknown.get(),
				new IllegalArgumentException("token: '" + unknown.get() + "'"));
	}

	@Audited
	public void miss(Supplier<String> unknown) {
		this.entityManager.getReference(Vault.class, unknown.get()).getGuarded();
	}

	@Audited
	public void cast(Supplier<String> unknown) {
		this.entityManager.createNativeQuery("select cast(:text as uuid)")
			.setParameter("text", unknown.get())
			.getResultList();
	}

	@Sensitive
	@Audited(message = "#{#result}")
	public String tell(String token) {
		return token;
	}

}
