package org.example.bank;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.test.context.support.WithMockUser;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

@SpringBootTest
@AutoConfigureMockMvc
class BankAccountResourceTests {

	@Autowired
	private MockMvc mockMvc;

	@Autowired
	private JwtEncoder tokens;

	@Autowired
	private BankService bank;

	@Autowired
	private BankAccountRepository accounts;

	@Test
	void anAdministratorBooks() throws Exception {
		Long id = this.bank.open("savings").getId();
		this.mockMvc
			.perform(post("/api/bank-accounts/{id}/operations", id).param("amount", "12.50")
				.header("Authorization", "Bearer " + token("jane", "ROLE_ADMIN")))
			.andExpect(status().isOk())
			.andExpect(content().string("12.50"));
	}

	@Test
	void aUserDoesNot() throws Exception {
		Long id = this.bank.open("current").getId();
		this.mockMvc
			.perform(post("/api/bank-accounts/{id}/operations", id).param("amount", "12.50")
				.header("Authorization", "Bearer " + token("joe", "ROLE_USER")))
			.andExpect(status().isForbidden());
	}

	@Test
	@Transactional
	@WithMockUser("mock")
	void whoOpenedAnAccountIsKnown() throws Exception {
		this.mockMvc.perform(post("/api/bank-accounts").param("name", "mocked")).andExpect(status().isOk());
		assertThat(this.accounts.findOneByName("mocked")).get().extracting(BankAccount::getCreatedBy).isEqualTo("mock");
	}

	@Test
	@WithMockUser(authorities = "ROLE_ADMIN")
	void aServiceIsCalledWithoutRequest() {
		Long id = this.bank.open("direct").getId();
		assertThat(this.bank.book(id, BigDecimal.ONE).getBalance()).isEqualByComparingTo("1");
	}

	@Test
	void isHealthy() throws Exception {
		this.mockMvc.perform(get("/management/health")).andExpect(status().isOk());
	}

	private String token(String subject, String authority) {
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject(subject)
			.issuedAt(Instant.now())
			.expiresAt(Instant.now().plusSeconds(60))
			.claim("auth", List.of(authority))
			.build();
		return this.tokens.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS512).build(), claims))
			.getTokenValue();
	}

}
