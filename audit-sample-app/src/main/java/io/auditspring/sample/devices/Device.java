package io.auditspring.sample.devices;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;

@Entity
@Audited
class Device {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String name;

	private String host;

	private int port;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Device() {
	}

	Device(String name, String host, int port) {
		this.name = name;
		this.host = host;
		this.port = port;
	}

	void move(String newHost, int newPort) {
		this.host = newHost;
		this.port = newPort;
	}

	long getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

	String getHost() {
		return this.host;
	}

	int getPort() {
		return this.port;
	}

}
