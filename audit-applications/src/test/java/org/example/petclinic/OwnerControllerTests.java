package org.example.petclinic;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.view;

@WebMvcTest(OwnerController.class)
class OwnerControllerTests {

	@Autowired
	private MockMvc mockMvc;

	@MockitoBean
	private OwnerRepository owners;

	@Test
	void createsAnOwner() throws Exception {
		this.mockMvc.perform(post("/owners/new").param("lastName", "Bloggs").param("telephone", "1316761638"))
			.andExpect(status().is3xxRedirection());
	}

	@Test
	void showsWhatIsMissing() throws Exception {
		this.mockMvc.perform(post("/owners/new").param("lastName", "Bloggs"))
			.andExpect(status().isOk())
			.andExpect(view().name("owners/form"));
	}

}
