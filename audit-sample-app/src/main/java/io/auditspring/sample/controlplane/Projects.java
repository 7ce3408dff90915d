package io.auditspring.sample.controlplane;

import io.auditspring.AuditContext;
import io.auditspring.Audited;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Creates, renames, deploys and deletes projects.
 */
@Component
@Transactional
class Projects {

	private final ProjectRepository projects;

	private final ApiKeyRepository keys;

	Projects(ProjectRepository projects, ApiKeyRepository keys) {
		this.projects = projects;
		this.keys = keys;
	}

	/**
	 * Creates a project. Type and id of the target are not said: the new project is the
	 * one entity that the call changes.
	 * @param name the project's name
	 * @return the project
	 */
	@PreAuthorize("hasRole('MANAGER') or hasAuthority('administer')")
	@Audited(action = "project.created", category = "configuration_change", targetName = "#name",
			message = "Create project #{#name}")
	public Project create(String name) {
		return this.projects.save(new Project(name));
	}

	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "project.updated", category = "configuration_change", targetType = "Project",
			targetId = "#projectId", targetName = "#name", message = "Rename project #{#projectId} to #{#name}")
	public Project rename(long projectId, String name) {
		Project project = find(projectId);
		project.rename(name);
		return project;
	}

	/**
	 * Deletes a project. Its entry keeps the state it had; each key that goes with it has
	 * an entry of its own with the same operation id.
	 * @param projectId the project
	 */
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "project.deleted", category = "configuration_change", targetType = "Project",
			targetId = "#projectId", message = "Delete project #{#projectId}")
	public void delete(long projectId) {
		Project project = find(projectId);
		AuditContext.current().targetName(project.getName());
		this.keys.deleteAll(this.keys.findByProject(project));
		this.projects.delete(project);
	}

	@PreAuthorize("hasAuthority('deploy:' + #projectId)")
	@Audited(action = "project.deployed", category = "deployment", targetType = "Project", targetId = "#projectId",
			metadata = "{version: #version}", message = "Deploy version #{#version} for #{#actor.name}")
	public Project deploy(long projectId, String version) {
		Project project = find(projectId);
		AuditContext.current().targetName(project.getName());
		project.deploy(version);
		return project;
	}

	Project find(long projectId) {
		return this.projects.findById(projectId)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no project " + projectId));
	}

}
