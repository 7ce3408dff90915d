package io.auditspring.sample.controlplane;

import java.time.Instant;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api")
class ProjectController {

	private final Projects projects;

	private final ApiKeys keys;

	ProjectController(Projects projects, ApiKeys keys) {
		this.projects = projects;
		this.keys = keys;
	}

	@PostMapping("/projects")
	@ResponseStatus(HttpStatus.CREATED)
	ProjectView create(@Valid @RequestBody NewProject body) {
		return ProjectView.of(this.projects.create(body.name()));
	}

	@PutMapping("/projects/{projectId}")
	ProjectView rename(@PathVariable long projectId, @Valid @RequestBody NewProject body) {
		return ProjectView.of(this.projects.rename(projectId, body.name()));
	}

	@DeleteMapping("/projects/{projectId}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void delete(@PathVariable long projectId) {
		this.projects.delete(projectId);
	}

	@PostMapping("/projects/{projectId}/deployments")
	ProjectView deploy(@PathVariable long projectId, @Valid @RequestBody Deployment body) {
		return ProjectView.of(this.projects.deploy(projectId, body.version()));
	}

	@PostMapping("/projects/{projectId}/api-keys")
	@ResponseStatus(HttpStatus.CREATED)
	IssuedKey createKey(@PathVariable long projectId, @Valid @RequestBody NewKey body) {
		PresentedKey key = this.keys.create(projectId, body.name(), body.scopeOrLeast(), body.expiresAt());
		return new IssuedKey(key.id(), key.text());
	}

	@DeleteMapping("/api-keys/{keyId}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void revokeKey(@PathVariable String keyId) {
		this.keys.revoke(keyId);
	}

	record NewProject(@NotBlank String name) {

	}

	record ProjectView(long id, String name, @Nullable String deployedVersion) {

		static ProjectView of(Project project) {
			return new ProjectView(project.getId(), project.getName(), project.getDeployedVersion());
		}

	}

	record Deployment(@NotBlank String version) {

	}

	record NewKey(@NotBlank String name, ApiKey.@Nullable Scope scope, @Future @Nullable Instant expiresAt) {

		ApiKey.Scope scopeOrLeast() {
			return (this.scope != null) ? this.scope : ApiKey.Scope.DEPLOY;
		}

	}

	/**
	 * The only time the key is shown.
	 *
	 * @param id the key's public id
	 * @param key what to send as X-API-Key
	 */
	record IssuedKey(String id, String key) {

		@Override
		public String toString() {
			return this.id; // Spring MVC logs responses at debug level
		}

	}

}
