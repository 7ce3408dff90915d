package org.example.petclinic;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.LinkedMultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class PetClinicIntegrationTests {

	@Autowired
	private OwnerRepository owners;

	@Autowired
	private RestTestClient client;

	@Test
	void findsAll() {
		this.owners.findByTelephone("6085551023");
		assertThat(this.owners.findByTelephone("6085551023")).hasSize(1);
	}

	@Test
	void showsAnOwner() {
		this.client.get().uri("/owners/1").exchange().expectStatus().isOk();
	}

	@Test
	void createsAnOwner() {
		LinkedMultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		form.add("lastName", "Bloggs");
		form.add("telephone", "1316761638");
		this.client.post()
			.uri("/owners/new")
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.exchange()
			.expectStatus()
			.is3xxRedirection();
	}

	@Test
	void showsTheFormAgain() {
		LinkedMultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		form.add("lastName", "Bloggs");
		form.add("telephone", "1");
		this.client.post()
			.uri("/owners/new")
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.exchange()
			.expectStatus()
			.isOk();
	}

	@Test
	void isHealthy() {
		this.client.get()
			.uri("/actuator/health")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP");
	}

}
