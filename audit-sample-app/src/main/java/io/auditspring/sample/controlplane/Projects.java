package io.auditspring.sample.controlplane;

import io.auditspring.AuditContext;
import io.auditspring.Audited;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Creates projects and deploys them.
 */
@Component
@Transactional
class Projects {

	private final ProjectRepository projects;

	Projects(ProjectRepository projects) {
		this.projects = projects;
	}

	/**
	 * Creates a project. Type and id of the target are not said: the new project is the
	 * one entity that the call changes.
	 * @param name the project's name
	 * @return the project
	 */
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "project.created", category = "control_plane", targetName = "#name",
			message = "Create project #{#name}")
	public Project create(String name) {
		return this.projects.save(new Project(name));
	}

	@PreAuthorize("hasAuthority('deploy:' + #projectId)")
	@Audited(action = "project.deployed", category = "control_plane", targetType = "Project", targetId = "#projectId",
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
