/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;

import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerId;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Time stamps as Bouncy Castle reads them. All that needs that library is here, so that
 * it need not be there.
 */
final class TimeStampTokens {

	private static final int NONCE_BITS = 64;

	private static final SecureRandom RANDOM = new SecureRandom();

	private TimeStampTokens() {
	}

	static byte[] request(byte[] imprint) {
		try {
			TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
			generator.setCertReq(true);
			return generator.generate(TSPAlgorithms.SHA256, imprint, new BigInteger(NONCE_BITS, RANDOM)).getEncoded();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static byte[] answered(byte[] request, byte[] response) {
		try {
			TimeStampResponse answer = new TimeStampResponse(response);
			answer.validate(new TimeStampRequest(request));
			TimeStampToken token = answer.getTimeStampToken();
			if (token == null) {
				throw new InvalidCheckpointException("The time stamp was refused: " + answer.getStatusString());
			}
			return token.getEncoded();
		}
		catch (InvalidCheckpointException ex) {
			throw ex;
		}
		catch (TSPException | IOException | RuntimeException | StackOverflowError ex) {
			throw new InvalidCheckpointException("What was answered is no time stamp of this checkpoint: " + ex);
		}
	}

	/**
	 * Verifies a time stamp, which anybody may have made up, so that whatever the library
	 * stumbles over is none. It is right if it is of this imprint, signed by who is there
	 * to make time stamps and nothing else, and at its time they had a certificate that
	 * leads to one that is trusted. Whether it was revoked is not looked up.
	 * @return its time
	 * @throws InvalidCheckpointException if it is not right
	 */
	static Instant verify(byte[] encoded, byte[] imprint, Set<TrustAnchor> anchors) {
		try {
			TimeStampToken token = new TimeStampToken(new CMSSignedData(encoded));
			if (!TSPAlgorithms.SHA256.equals(token.getTimeStampInfo().getMessageImprintAlgOID())
					|| !Arrays.equals(imprint, token.getTimeStampInfo().getMessageImprintDigest())) {
				throw new InvalidCheckpointException("The time stamp is of something else");
			}
			List<X509Certificate> certificates = certificates(token, null);
			List<X509Certificate> signers = certificates(token, token.getSID());
			if (signers.isEmpty()) {
				throw new InvalidCheckpointException("The time stamp does not have the certificate of who signed it");
			}
			Date time = token.getTimeStampInfo().getGenTime();
			token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signers.get(0)));
			requirePath(signers.get(0), certificates, anchors, time);
			return time.toInstant();
		}
		catch (InvalidCheckpointException ex) {
			throw ex;
		}
		catch (TSPException | CMSException | IOException | OperatorCreationException | GeneralSecurityException
				| RuntimeException | StackOverflowError ex) {
			throw new InvalidCheckpointException("The time stamp is not right: " + ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static List<X509Certificate> certificates(TimeStampToken token, @Nullable SignerId signer)
			throws GeneralSecurityException {
		List<X509Certificate> certificates = new ArrayList<>();
		Selector<X509CertificateHolder> selector = (Selector<X509CertificateHolder>) (Selector<?>) signer;
		for (X509CertificateHolder holder : token.getCertificates().getMatches(selector)) {
			certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
		}
		return certificates;
	}

	private static void requirePath(X509Certificate signer, List<X509Certificate> certificates,
			Set<TrustAnchor> anchors, Date time) throws GeneralSecurityException {
		X509CertSelector target = new X509CertSelector();
		target.setCertificate(signer);
		PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
		parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(certificates)));
		parameters.setRevocationEnabled(false);
		parameters.setDate(time);
		CertPathBuilder.getInstance("PKIX").build(parameters);
	}

}
